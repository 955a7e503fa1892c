import { recipientsProblem } from "../crypto/age-recipient.ts";
import { ConclaveError } from "../errors.ts";
import { readEnrolment } from "./enrolment-file.ts";

/** To whom a share is to be sealed. */
export interface AskedRecipients {
  /** Such that `recipientsProblem` finds nothing. */
  recipients: readonly string[];
  /** Whether they are of an enrolment that is for rehearsals only. */
  rehearsal: boolean;
}

/**
 * The recipients that `--recipient` or `--enrolment` name.
 *
 * @param name the custodian's, who must be the enrolment's
 * @returns undefined if none are named
 * @throws ConclaveError USAGE, NOT_FOUND, SHARE_OTHER_CUSTODIAN; INPUT_MALFORMED with the path before the message
 */
export function askedRecipients(
  name: string,
  flags: { recipient: readonly string[]; enrolment: string | undefined },
): AskedRecipients | undefined {
  const { recipient, enrolment: path } = flags;
  if (path === undefined) {
    if (recipient.length === 0) return undefined;
    const problem = recipientsProblem(recipient);
    if (problem !== undefined) throw new ConclaveError("USAGE", `--recipient: ${problem}`);
    return { recipients: recipient, rehearsal: false };
  }
  if (recipient.length > 0) throw new ConclaveError("USAGE", "--recipient and --enrolment: one or the other");
  const { enrolment } = readEnrolment(path);
  if (enrolment.name !== name) {
    throw new ConclaveError("SHARE_OTHER_CUSTODIAN", `${path}: ${enrolment.name}'s enrolment, the share is ${name}'s`);
  }
  return { recipients: enrolment.recipients, rehearsal: enrolment.rehearsal };
}
