import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConclaveError } from "../errors.ts";
import { ioExplained, nameExclusively, removeIfThere, syncDirectory } from "../host/files.ts";
import { FileSink, FileSource } from "../host/stream-file.ts";
import { backupError } from "./backup-error.ts";
import { PART_LENGTH } from "./backup-file.ts";
import { type BackupSource, partsOf } from "./backup-source.ts";
import { type BackupMaker, isPartOf, partName } from "./name.ts";

/**
 * Write a backup into a directory: under a name that nobody takes for a backup, fsynced, given its name, the
 * directory fsynced; then read again. What runs of this vault that died left there is removed before.
 *
 * @returns SHA-256 of what was read again
 * @throws ConclaveError NOT_FOUND, EXISTS, HOST_IO; INTEGRITY if something else was read than written
 */
export function writeToDirectory(
  directory: string,
  source: BackupSource,
  maker: BackupMaker,
  progress?: (done: number, total: number) => void,
): string {
  const status = ioExplained(directory, () => statSync(directory));
  if (!status.isDirectory()) throw new ConclaveError("HOST_PREFLIGHT", `${directory}: not a directory`);
  removeParts(directory, maker);

  const path = join(directory, source.name);
  const part = join(directory, partName(source.name, maker));
  let wanted: string;
  try {
    wanted = writePart(part, source, progress);
    ioExplained(path, () => nameExclusively(part, path));
  } catch (error) {
    removeQuietly(part);
    throw error;
  }
  syncDirectory(directory);
  const found = hashFile(path);
  if (found !== wanted) {
    ioExplained(path, () => removeIfThere(path));
    throw backupError(path, "reads otherwise than it was written: the disk is bad");
  }
  return found;
}

/** Remove what earlier runs of this vault, on this host, began to write and did not end. */
function removeParts(directory: string, maker: BackupMaker): void {
  const names = ioExplained(directory, () => readdirSync(directory));
  for (const name of names.filter((other) => isPartOf(other, maker)))
    ioExplained(directory, () => removeIfThere(join(directory, name)));
}

function writePart(part: string, source: BackupSource, progress?: (done: number, total: number) => void): string {
  using sink = new FileSink(part);
  const hash = createHash("sha256");
  for (const bytes of partsOf(source, progress)) {
    hash.update(bytes);
    sink.write(bytes);
  }
  sink.sync();
  return hash.digest("hex");
}

function hashFile(path: string): string {
  using source = new FileSource(path);
  const hash = createHash("sha256");
  const into = new Uint8Array(PART_LENGTH);
  for (let part = source.read(into); part.length > 0; part = source.read(into)) hash.update(part);
  return hash.digest("hex");
}

/** The error that is on its way says more than that of cleaning up; the next run removes what is left. */
function removeQuietly(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // see above
  }
}
