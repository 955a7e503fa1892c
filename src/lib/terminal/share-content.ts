import { ConclaveError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { looksLikeAgeFile } from "../share/age-file.ts";
import { findPaper, type Paper } from "../share/paper.ts";
import { askChoice, hasTerminal } from "./prompt.ts";
import type { NamedShareFile } from "./share-file.ts";
import { readStandardInput } from "./standard-input.ts";
import { askTypedShare } from "./typed-share.ts";

/** In place of a file: standard input, or the keyboard if that is a terminal. */
export const STANDARD_INPUT = "-";

/** The bytes of a share file, as they lie there. @throws ConclaveError NOT_FOUND, SHARE_MALFORMED, HOST_IO */
export function readShareFile(path: string): Secret {
  try {
    return new Secret(readSmallFile(path, LIMITS.shareFileBytes));
  } catch (cause) {
    if (!isConclaveError(cause, "INPUT_MALFORMED")) throw cause;
    throw new ConclaveError("SHARE_MALFORMED", cause.message, { cause });
  }
}

/**
 * What somebody gives as a share: the content of a file, or what is typed in its place.
 * @returns sealed or open; the caller's to dispose of
 */
export async function readShare({ name, path, typed }: NamedShareFile): Promise<Secret> {
  const flag = `--share ${name}=FILE`;
  if (typed !== undefined) return askTypedShare(name, typed, flag);
  if (path !== STANDARD_INPUT) return readShareFile(path);
  if (!hasTerminal()) return readInput();
  const forms = [
    ["the record: 22 groups that begin with CVS1", "record"],
    ["the 36 words", "words"],
  ] as const;
  return askTypedShare(name, await askChoice(`${name}: what do you type?`, forms, flag), flag);
}

/** What lies open in a share's content; undefined if it is sealed. @throws ConclaveError SHARE_MALFORMED, SHARE_DAMAGED */
export function openPaper(content: Secret): Paper | undefined {
  if (looksLikeAgeFile(content.reveal())) return undefined;
  const paper = findPaper(content.reveal());
  if (paper !== undefined) return paper;
  throw new ConclaveError("SHARE_MALFORMED", "neither a sealed share file, nor a record (cvs1…) or its 36 words", {
    suggestions: ["Check that this is the right file, or use another copy of it"],
  });
}

/** Whether a share can be used without anything that opens it; what can't be read is no such share. */
export function liesOpen({ path, typed }: NamedShareFile): boolean {
  if (typed !== undefined || path === STANDARD_INPUT) return true;
  try {
    using content = readShareFile(path);
    return !looksLikeAgeFile(content.reveal());
  } catch (error) {
    if (isConclaveError(error)) return false;
    throw error;
  }
}

function readInput(): Secret {
  using input = new Secret(new Uint8Array(LIMITS.shareFileBytes + 1));
  let length = 0;
  for (let read = -1; read !== 0 && length < input.length; length += read)
    read = readStandardInput(input.reveal(), length);
  if (length > LIMITS.shareFileBytes) {
    throw new ConclaveError("SHARE_MALFORMED", `standard input: more than ${LIMITS.shareFileBytes} bytes`);
  }
  return input.slice(0, length);
}
