import { digestWords } from "../crypto/words.ts";
import type { Witness } from "../custodian/witness.ts";
import { ConclaveError } from "../errors.ts";
import { show } from "./escape.ts";
import { writeMessage } from "./output.ts";
import { askLine } from "./prompt.ts";
import { readWitnessFile } from "./transcript-files.ts";
import { typedPath } from "./typed-path.ts";

/** Where nobody is asked without a terminal. */
const TERMINAL = "a terminal";

/**
 * Ask for the enrolment of a witness who wants to sign the transcript by an own key, until its words are those that the
 * witness reads from the own paper.
 * @returns undefined for a witness without a key
 */
export async function askWitness(witness: string, rehearsal: boolean): Promise<Witness | undefined> {
  for (;;) {
    const question = `${show(witness)}'s enrolment file, to sign the transcript by an own key (Enter: none)`;
    const path = typedPath(
      await askLine(question, TERMINAL, (typed) =>
        typed.trim() === "" ? undefined : problemOf(typedPath(typed), rehearsal),
      ),
    );
    if (path === "") return undefined;
    const { witness: enrolled, digest } = readWitnessFile(path);
    writeMessage(`\n    ${digestWords(digest)}\n\n`);
    const same = `${enrolled.name}: are these the words on your own paper? Type yes, or anything else for another file:`;
    if ((await askLine(same, TERMINAL)).trim() === "yes") return enrolled;
  }
}

/** Why a file can't be taken, if it can't. */
function problemOf(path: string, rehearsal: boolean): string | undefined {
  try {
    if (readWitnessFile(path).witness.rehearsal === rehearsal) return undefined;
    return rehearsal ? `${path}: is no rehearsal enrolment` : `${path}: is a rehearsal enrolment`;
  } catch (error) {
    if (error instanceof ConclaveError && error.code === "NOT_FOUND") return error.message;
    if (error instanceof ConclaveError)
      return `${error.message}; wanted is what conclave custodian enroll --witness wrote`;
    throw error;
  }
}
