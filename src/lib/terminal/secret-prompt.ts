import { utf8 } from "../bytes.ts";
import { LIMITS } from "../limits.ts";
import { askHidden } from "./prompt.ts";

/**
 * Ask for a passphrase on the terminal.
 *
 * What is typed goes through strings that can't be zeroed: where that matters, a passphrase file is read instead.
 *
 * @param flag what to give where nobody can be asked
 * @returns 1 to LIMITS.passphraseBytes bytes of UTF-8
 * @throws {ConclaveError} USAGE: no terminal; ABORTED: Ctrl-C
 */
export async function askPassphrase(message: string, flag = "--passphrase-file NAME=FILE"): Promise<string> {
  return askHidden(message, flag, (answer) => {
    if (answer === "") return "a passphrase is needed";
    if (utf8(answer).length > LIMITS.passphraseBytes) return `longer than ${LIMITS.passphraseBytes} bytes`;
    return undefined;
  });
}
