import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { utf8 } from "../bytes.ts";
import { isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { looksLikeRecord } from "../share/record.ts";
import { askLine } from "./prompt.ts";
import type { NamedShareFile } from "./share-file.ts";

/** A path as people type one: with spaces around it, or in their home. */
export function typedPath(answer: string): string {
  return answer.trim().replace(/^~(?=\/)/, homedir());
}

/** Why the file of a share or an identity can't be read, before its passphrase is asked for; undefined if it can. */
export function whyUnreadable(path: string): string | undefined {
  if (path === "") return "a path is needed";
  try {
    readSmallFile(path, LIMITS.shareFileBytes);
    return undefined;
  } catch (error) {
    if (isConclaveError(error)) return error.message;
    throw error;
  }
}

/**
 * Ask a custodian where the share is: a file, or on paper, to be typed next.
 * @throws {ConclaveError} USAGE: no terminal; ABORTED
 */
export async function askForShare(name: string, flag: string): Promise<NamedShareFile> {
  const question = `${name}: where is your share file? (On paper: answer record, or words, and type it then)`;
  const answer = typedPath(
    await askLine(question, flag, (typed) => {
      if (looksLikeRecord(utf8(typed.trim()))) return "a record is typed when nobody looks: answer record first";
      return isForm(typedPath(typed)) ? undefined : whyUnreadable(typedPath(typed));
    }),
  );
  return isForm(answer) ? { name, path: `typed ${answer}`, typed: answer } : { name, path: answer };
}

function isForm(answer: string): answer is "record" | "words" {
  return (answer === "record" || answer === "words") && !existsSync(answer);
}
