import { lstatSync, writeFileSync } from "node:fs";
import { ConclaveError, isConclaveError, systemErrorCode } from "../errors.ts";
import { explainIo, ioExplained, removeIfThere } from "../host/files.ts";
import { outputLockPath, prepareOutputsFolder } from "../host/output-record.ts";
import { lockFile } from "../storage/sqlite-lock.ts";

/** Which plan of which vault. */
export interface OutputPlace {
  /** The state directory. */
  state: string;
  /** Ids. */
  vault: string;
  plan: string;
}

/**
 * Held by the process that makes the outputs of a plan, or ends what another one left; whatever ends the process frees
 * it. So what lies there of a plan whose lock is free is nobody's.
 */
export class OutputLock implements Disposable {
  readonly #path: string;
  readonly #held: Disposable;
  #freed = false;

  private constructor(path: string, held: Disposable) {
    this.#path = path;
    this.#held = held;
  }

  /** @throws ConclaveError BUSY: another process executes the plan */
  static take(place: OutputPlace, lockTimeoutMs: number): OutputLock {
    const lock = OutputLock.tryTake(place, lockTimeoutMs);
    if (lock !== undefined) return lock;
    throw new ConclaveError("BUSY", `plan ${place.plan} is being executed by another process`, {
      suggestions: ["Wait for it to end"],
    });
  }

  /** @returns undefined if another one holds it longer than the timeout */
  static tryTake({ state, vault, plan }: OutputPlace, lockTimeoutMs = 0): OutputLock | undefined {
    prepareOutputsFolder(state, vault);
    const path = outputLockPath(state, vault, plan);
    for (;;) {
      const before = inodeOf(path);
      try {
        const lock = new OutputLock(path, lockFile(path, { lockTimeoutMs }));
        if (before !== undefined && inodeNow(path) === before) return lock;
        lock[Symbol.dispose](); // whoever had it took the file away with it, before it was locked here
      } catch (error) {
        if (isConclaveError(error, "BUSY")) return undefined;
        if (inodeNow(path) !== undefined) throw error;
      }
    }
  }

  /** Take the file away too: nothing is left of the plan. */
  remove(): void {
    ioExplained(this.#path, () => removeIfThere(this.#path));
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#held[Symbol.dispose]();
  }
}

/** The inode of the lock's file, which is made if it isn't there. */
function inodeOf(path: string): number | undefined {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw explainIo(error, path);
  }
  return inodeNow(path);
}

function inodeNow(path: string): number | undefined {
  return ioExplained(path, () => lstatSync(path, { throwIfNoEntry: false }))?.ino;
}
