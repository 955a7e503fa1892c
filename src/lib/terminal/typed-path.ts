import { homedir } from "node:os";
import { isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";

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
