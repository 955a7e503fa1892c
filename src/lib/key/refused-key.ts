import { ConclaveError } from "../errors.ts";

/** The refusal of a key that protects less than it says, or nothing. @param why what is wrong with it: "p and q are the same" */
export function weakKey(why: string): ConclaveError {
  return new ConclaveError("REFUSED", `the key is refused: ${why}`, {
    suggestions: ["Ask whoever made it for another one"],
  });
}

/** The refusal of what is no key, or not of the form that it was said to be. */
export function malformedKey(why: string, ...suggestions: string[]): ConclaveError {
  return new ConclaveError("INPUT_MALFORMED", `no key that can be imported: ${why}`, { suggestions });
}
