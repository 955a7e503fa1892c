import { existsSync } from "node:fs";
import { join } from "node:path";
import { isConclaveError } from "../errors.ts";
import { assertPrivateDirectory, createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, ioExplained, removeIfThere } from "../host/files.ts";
import { holdingSqlite } from "../storage/sqlite.ts";

/** Where one run works: beside the vault, so as private and on a disk that has room for what it has already. */
export interface Workplace {
  /** Copy of the database, or the database that comes out of a backup. */
  copy: string;
  /** Sealed payload. */
  payload: string;
}

/**
 * Run alone in one of a vault's workplaces, which is empty before and after.
 *
 * @param path of the vault
 * @param name of the workplace: what is done there; different things can be done at once
 * @throws BusyError another run of the same takes longer than the lock timeout
 */
export async function inWorkplace<R>(
  path: string,
  name: "backup" | "verify",
  options: { lockTimeoutMs: number },
  run: (place: Workplace) => Promise<R>,
): Promise<R> {
  const folder = join(path, name);
  createPrivateDirectory(folder);
  assertPrivateDirectory(folder);
  const lock = join(folder, "lock");
  try {
    if (!existsSync(lock)) createFileDurably(lock, new Uint8Array());
  } catch (error) {
    if (!isConclaveError(error, "EXISTS")) throw error; // another one was faster
  }
  const place = { copy: join(folder, "copy.db"), payload: join(folder, "payload.age") };
  const scratch = [place.copy, `${place.copy}-journal`, place.payload];
  const clear = () => ioExplained(folder, () => scratch.forEach(removeIfThere));
  return holdingSqlite(lock, options, async () => {
    clear(); // of a run that was killed
    try {
      return await run(place);
    } finally {
      clear();
    }
  });
}
