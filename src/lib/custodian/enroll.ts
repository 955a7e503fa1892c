import { type Clock, timestamp } from "../clock.ts";
import { recipientsProblem } from "../crypto/age-recipient.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { assertAbsent, writeFileChecked } from "../host/checked-file.ts";
import { readSmallFile, removeFileDurably } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { type Enrolment, enrolmentDigest, parseEnrolmentFile, signEnrolment, writeEnrolmentFile } from "./enrolment.ts";
import { type Identity, type IdentityRequest, makeIdentity, openIdentityFile, sealIdentity } from "./identity.ts";

/** How a custodian wants to enrol. */
export interface EnrolRequest extends IdentityRequest {
  /** age recipients besides that of the identity's own key: hardware keys, a second identity. */
  recipients: readonly string[];
  /** Where the identity goes; the custodian keeps it. */
  identityFile: string;
  /** Where the enrolment goes, for the ceremony. */
  enrolmentFile: string;
}

/** What a custodian enrolled with. */
export interface Enrolled {
  enrolment: Enrolment;
  /** 64 lower-case hexadecimal digits. */
  digest: string;
}

/**
 * Make a custodian's identity and enrolment: two new files, the identity first, each read again before it counts.
 *
 * @param passphrase gives the one that seals the identity; called once all else is known to be right
 * @throws {ConclaveError} USAGE recipients that can't be together; EXISTS; HOST_IO; whatever `passphrase` throws. No
 *   file is left then
 */
export async function enrol(request: EnrolRequest, clock: Clock, passphrase: () => Promise<string>): Promise<Enrolled> {
  const { identityFile, enrolmentFile } = request;
  for (const path of [identityFile, enrolmentFile]) assertAbsent(path);
  const wrong = request.recipients.length === 0 ? undefined : recipientsProblem(request.recipients);
  if (wrong !== undefined) throw unfit(wrong, request);
  const made = await makeIdentity(request);
  using identity = made.identity;
  const own = made.recipient === undefined ? [] : [made.recipient];
  const recipients = [...own, ...request.recipients];
  const problem = recipientsProblem(recipients);
  if (problem !== undefined) throw unfit(problem, request);
  const enrolment = enrolmentOf(identity, recipients, clock);

  const chosen = await passphrase();
  await writeFileChecked(identityFile, await sealIdentity(identity, chosen), "refuse", (written) =>
    assertReopens(written, chosen, identity),
  );
  try {
    const file = writeEnrolmentFile(signEnrolment(enrolment, signingKey(identity.signingSeed)));
    await writeFileChecked(enrolmentFile, file, "refuse", (written) => assertReadable(written, enrolment));
  } catch (error) {
    removeFileDurably(identityFile); // nothing rests on it yet
    throw error;
  }
  return { enrolment, digest: enrolmentDigest(enrolment) };
}

function enrolmentOf(identity: Identity, recipients: readonly string[], clock: Clock): Enrolment {
  return {
    type: "enrolment",
    version: 1,
    name: identity.name,
    custodianKey: publicKeyOf(signingKey(identity.signingSeed)),
    recipients: [...recipients],
    created: timestamp(clock()),
    rehearsal: identity.rehearsal,
  };
}

async function assertReopens(path: string, passphrase: string, wanted: Identity): Promise<void> {
  using found = await openIdentityFile(readSmallFile(path, LIMITS.shareFileBytes), passphrase);
  const same = equalBytes(found.signingSeed.reveal(), wanted.signingSeed.reveal());
  if (!same || found.ageIdentity !== wanted.ageIdentity) throw writtenBadly(path);
}

async function assertReadable(path: string, wanted: Enrolment): Promise<void> {
  const { digest } = parseEnrolmentFile(readSmallFile(path, LIMITS.documentBytes));
  if (digest !== enrolmentDigest(wanted)) throw writtenBadly(path);
}

function unfit(problem: string, { recipients, age }: EnrolRequest): ConclaveError {
  const beside = age !== "none" && recipientsProblem(recipients) === undefined; // it is the identity's own that is too much
  const suggestions = beside
    ? ["With recipients that aren't post-quantum, give --x25519", "Give --recipients-only to seal to these alone"]
    : ["Give --recipient once for each key to seal the share to"];
  return new ConclaveError("USAGE", problem, { suggestions });
}

function writtenBadly(path: string): ConclaveError {
  return new ConclaveError("HOST_IO", `${path}: reads otherwise than it was written`, {
    suggestions: ["Use another medium"],
  });
}
