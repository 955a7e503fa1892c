import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ConclaveError } from "../errors.ts";
import { assertPrivatePlace, createPrivateDirectory } from "../host/directory.ts";
import { ioExplained, syncDirectory } from "../host/files.ts";

/**
 * Check that a vault can be installed at a path: there is nothing, or an empty folder, in a place that nobody else
 * can change.
 * @throws ConclaveError EXISTS, HOST_PREFLIGHT
 */
export function assertVacant(path: string): void {
  const status = ioExplained(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (status !== undefined && (!status.isDirectory() || ioExplained(path, () => readdirSync(path)).length > 0)) {
    throw new ConclaveError("EXISTS", `${path} exists already, and is not empty`, {
      suggestions: ["Name a new folder with --vault", "A vault that is there is never replaced: move it away first"],
    });
  }
  assertPrivatePlace(path);
}

/**
 * Run with a private scratch folder beside the path, on the same disk, and remove it: also one that a killed run left.
 * @param run may rename the folder away: then nothing is removed
 */
export async function inScratch<R>(path: string, run: (folder: string) => Promise<R>): Promise<R> {
  const whole = resolve(path);
  const parent = dirname(whole);
  const folder = join(parent, `.${basename(whole)}.restoring`);
  createPrivateDirectory(parent);
  const clear = () => ioExplained(folder, () => rmSync(folder, { recursive: true, force: true }));
  clear();
  ioExplained(folder, () => mkdirSync(folder, { mode: 0o700 }));
  try {
    return await run(folder);
  } finally {
    clear();
  }
}

/** Give a finished folder its place, all at once and durably. @throws ConclaveError EXISTS somebody put something there */
export function install(folder: string, path: string): void {
  assertVacant(path);
  syncDirectory(folder);
  ioExplained(path, () => renameSync(folder, path)); // which replaces an empty folder, and no other
  syncDirectory(dirname(resolve(path)));
}
