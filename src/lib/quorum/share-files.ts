import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256Hex } from "../crypto/digest.ts";
import { isConclaveError } from "../errors.ts";
import { readSmallFile, removeFileDurably } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import type { Row } from "../storage/tables.ts";
import { temporaryName } from "./new-shares.ts";

/**
 * Remove the share files of a generation that is given up, each only if it still is the recorded one to the byte, and
 * what a crash left of one.
 * @param vault id of the vault
 * @returns files that were left, since they are not as they were written
 */
export function removeShareFiles(seats: readonly Row<"seats">[], vault: string): string[] {
  const left: string[] = [];
  for (const { custodian, file, fileHash } of seats) {
    if (file === null) continue;
    removeIfReachable(join(dirname(file), temporaryName(file, custodian, vault)));
    const hash = hashOf(file);
    if (hash === fileHash) removeFileDurably(file);
    else if (hash !== undefined) left.push(file);
  }
  return left;
}

function removeIfReachable(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) removeFileDurably(path);
}

function hashOf(file: string): string | undefined {
  try {
    return sha256Hex(readSmallFile(file, LIMITS.shareFileBytes));
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    if (isConclaveError(error, "INPUT_MALFORMED")) return "";
    throw error;
  }
}
