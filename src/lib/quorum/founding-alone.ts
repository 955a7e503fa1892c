import { existsSync } from "node:fs";
import { join } from "node:path";
import { isConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably } from "../host/files.ts";
import { holdingSqlite } from "../storage/sqlite.ts";
import type { Surroundings } from "../vault/vault.ts";

/**
 * Run a genesis while no other one runs on this machine: it takes minutes, in which another would take the
 * pending vault for one that was left.
 * @throws BusyError another genesis runs longer than the lock timeout
 */
export async function foundingAlone<R>(surroundings: Surroundings, run: () => Promise<R>): Promise<R> {
  return holdingLock(surroundings, "init.lock", run);
}

/**
 * Run while nobody else on this machine holds the lock of that name; whatever ends the process frees it.
 * @param name of a file in the state directory
 * @throws BusyError it is held longer than the lock timeout
 */
export async function holdingLock<R>(surroundings: Surroundings, name: string, run: () => Promise<R>): Promise<R> {
  const lock = join(surroundings.state, name);
  createPrivateDirectory(surroundings.state);
  try {
    if (!existsSync(lock)) createFileDurably(lock, new Uint8Array());
  } catch (error) {
    if (!isConclaveError(error, "EXISTS")) throw error; // another one was faster
  }
  return holdingSqlite(lock, surroundings, run);
}
