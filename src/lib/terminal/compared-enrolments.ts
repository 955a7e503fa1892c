import { digestWords } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import type { SeatRequest } from "../quorum/seat-request.ts";
import { readEnrolment } from "./enrolment-file.ts";
import { show } from "./escape.ts";
import { writeMessage } from "./output.ts";
import { askChoice } from "./prompt.ts";

/**
 * Let people in the room compare the words of enrolments that came from elsewhere; those that are right count as checked.
 *
 * @param seats of the new share set; changed
 * @param given `NAME=ENROLMENT` of those who enrolled
 * @param known custodian keys of the generation before, whose enrolments were compared then, or not
 * @throws {ConclaveError} INPUT_MALFORMED: the words are others
 */
export async function compareEnrolments(
  seats: readonly SeatRequest[],
  given: readonly string[],
  known: readonly string[],
): Promise<void> {
  for (const { name, enrolment } of seats) {
    const path = given.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    if (enrolment === undefined || enrolment.checked || path === undefined || known.includes(enrolment.custodianKey))
      continue;
    const { digest, enrolment: read } = readEnrolment(path);
    if (read.custodianKey !== enrolment.custodianKey)
      throw new ConclaveError("INPUT_MALFORMED", `${path}: is another file than a moment ago`);
    writeMessage(`\n${show(path, 300)}, the enrolment of ${name}, in words:\n\n    ${digestWords(digest)}\n\n`);
    const found = await askChoice(
      `${name} reads the own words, here or on a telephone number that you know. Are they these?`,
      [
        ["yes, all twelve", "same"],
        ["no", "other"],
        ["nobody can compare them now: go on, and let the vault say so for ever", "unchecked"],
      ] as const,
      "a terminal",
    );
    if (found === "other")
      throw new ConclaveError("INPUT_MALFORMED", `${path}: is not what ${name} made: its words are others`, {
        suggestions: [`Ask ${name} for the file by another way`, "If it was swapped on the way, find out where"],
      });
    if (found === "same") enrolment.checked = true;
  }
}
