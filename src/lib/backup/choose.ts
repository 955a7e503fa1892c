import { statSync } from "node:fs";
import { join } from "node:path";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { ioExplained } from "../host/files.ts";
import { type BackupFile, type HashedBackup, hashBackup, readBackupHead } from "./backup-file.ts";
import { checkpointOf } from "./head.ts";
import { backupsIn } from "./list.ts";

/**
 * The backup to restore: a file, or the newest whole one of a directory.
 *
 * @param latest whether a directory may be given
 * @throws ConclaveError USAGE: a directory without `--latest`, or with backups of several hosts; NOT_FOUND; INTEGRITY
 */
export function chooseBackup(
  path: string,
  latest: boolean,
  warn: (message: string) => void,
  progress?: (done: number, total: number) => void,
): HashedBackup {
  if (!ioExplained(path, () => statSync(path)).isDirectory()) return hashBackup(path, progress);
  if (!latest) {
    throw new ConclaveError("USAGE", `${path} is a directory: name a file in it, or give --latest`, {
      suggestions: ["Give --latest for the newest"],
    });
  }
  const heads = headsIn(path, warn);
  const hosts = new Set(heads.map(({ head }) => `${head.vault} ${head.hostKey}`));
  if (hosts.size > 1) {
    throw new ConclaveError(
      "USAGE",
      `${path}: backups of ${hosts.size} hosts or vaults: which is the right one is yours to say`,
      {
        suggestions: ["Name the file", "See what each says of itself: conclave restore FILE --dry-run"],
      },
    );
  }
  for (const { path: file } of heads) {
    try {
      return hashBackup(file, progress);
    } catch (error) {
      if (!isConclaveError(error, "INTEGRITY")) throw error;
      warn(error.message);
    }
  }
  throw new ConclaveError("NOT_FOUND", `${path}: no whole backup in it`, {
    suggestions: ["Look in another place for backups"],
  });
}

/** Those whose head is sound, the newest first: by the length of the chain, then by time. */
function headsIn(directory: string, warn: (message: string) => void): BackupFile[] {
  const heads: BackupFile[] = [];
  for (const name of backupsIn(directory)) {
    try {
      heads.push(readBackupHead(join(directory, name)));
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      warn(error.message);
    }
  }
  const length = (file: BackupFile) => checkpointOf(file.head).size;
  return heads.sort((a, b) => length(b) - length(a) || (a.head.time < b.head.time ? 1 : -1));
}
