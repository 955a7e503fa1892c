import { accessSync, constants, lstatSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import {
  alreadyThere,
  ioExplained,
  nameExclusively,
  removeIfThere,
  syncDirectory,
  temporaryName,
  writeNew,
} from "./files.ts";

/**
 * Create a file, or replace one, that counts only once what was written has been read again: written under a temporary
 * name, fsynced, checked, then given its name. After a crash there is either the old state or the new one.
 *
 * @param existing what to do with a file of that name: refuse it, or replace it, which must be a plain file then
 * @param check told where the bytes lie now; if it throws, nothing has changed
 * @throws ConclaveError EXISTS, NOT_FOUND, HOST_IO, HOST_PREFLIGHT (to be replaced, but a link); whatever `check` throws
 */
export async function writeFileChecked(
  path: string,
  bytes: Uint8Array,
  existing: "refuse" | "replace",
  check: (written: string) => Promise<void>,
): Promise<void> {
  if (existing === "refuse") assertAbsent(path);
  else assertPlainFile(path);
  const written = join(dirname(path), temporaryName(path));
  ioExplained(path, () => {
    removeLeftBehind(path);
    removeIfThere(written);
    writeNew(written, bytes);
  });
  try {
    await check(written);
    ioExplained(path, () => (existing === "refuse" ? nameExclusively(written, path) : renameSync(written, path)));
  } catch (error) {
    ioExplained(path, () => removeIfThere(written));
    throw error;
  }
  ioExplained(path, () => syncDirectory(dirname(path)));
}

/** @throws ConclaveError EXISTS if there is anything of that name */
export function assertAbsent(path: string): void {
  ioExplained(path, () => {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw alreadyThere(path);
  });
}

/**
 * Check, before anybody is asked for anything, that a file can be made.
 * @throws ConclaveError EXISTS; NOT_FOUND, HOST_IO of its folder
 */
export function assertCreatable(path: string): void {
  assertAbsent(path);
  const folder = dirname(path);
  ioExplained(folder, () => {
    if (!statSync(folder).isDirectory()) throw new ConclaveError("NOT_FOUND", `${folder}: not a directory`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  });
}

/** Another name, by which the file stays what it was, would make a replacement look like one that it isn't. */
function assertPlainFile(path: string): void {
  const status = ioExplained(path, () => lstatSync(path));
  if (status.isFile() && status.nlink === 1) return;
  const what = status.isSymbolicLink()
    ? "a symbolic link"
    : status.isFile()
      ? "a file with a second name"
      : "not a file";
  throw new ConclaveError("HOST_PREFLIGHT", `${path}: ${what}, which is not replaced`, {
    suggestions: ["Name the file itself", "Write a new file in another place"],
  });
}

/** Remove what processes that have ended since left of writing the same file. */
export function removeLeftBehind(path: string): void {
  const start = `.${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const pid = name.startsWith(start) ? name.slice(start.length) : "";
    if (/^[1-9][0-9]{0,9}$/.test(pid) && !isRunning(Number(pid))) removeIfThere(join(dirname(path), name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return systemErrorCode(error) !== "ESRCH";
  }
}
