import { closeSync, constants, fstatSync, fsync, lstatSync, openSync, writev } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ConclaveError } from "../errors.ts";
import { assertAbsent, removeLeftBehind } from "./checked-file.ts";
import { explainIo, ioExplained, nameExclusively, removeIfThere, syncDirectory, temporaryName } from "./files.ts";
import { nameOutput, stagedPath } from "./planned-output.ts";

const writeSoon = promisify(writev);
const syncSoon = promisify(fsync);

/** After so many bytes the disk is made to begin with them, so that the last sync has little left to wait for. */
const SYNC_EVERY = 64 * 1024 * 1024;

/**
 * A new file (mode 0600) that is written by parts under a temporary name, while the process goes on, and gets its own
 * when it is published. Until then nothing of it stays: neither if its block ends, nor if the process is told to end.
 */
export class StagedFile implements AsyncDisposable {
  readonly path: string;
  readonly #plan: string | undefined;
  readonly #written: string;
  readonly #file: number;
  readonly #abandon = () => removeIfThere(this.#written);
  #pending: Promise<unknown> = Promise.resolve();
  #syncing: Promise<unknown> = Promise.resolve();
  #unsynced = 0;
  /** Whether what was written stays, whatever comes. */
  #kept = false;
  #closed = false;

  /**
   * @param plan id of the plan that makes it, by which whoever executes that finds it again; without it, whoever writes
   *   the same file next removes what a process that was killed left
   * @throws ConclaveError EXISTS, NOT_FOUND (its directory), HOST_IO
   */
  constructor(path: string, plan?: string) {
    assertAbsent(path);
    this.path = path;
    this.#plan = plan;
    this.#written = plan === undefined ? join(dirname(path), temporaryName(path)) : stagedPath(path, plan);
    this.#file = ioExplained(path, () => {
      removeLeftBehind(path);
      if (plan === undefined) removeIfThere(this.#written);
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
      return openSync(this.#written, flags, 0o600);
    });
    if (plan === undefined) process.once("exit", this.#abandon);
    keepPages();
  }

  /**
   * Write parts after what was written; returns as soon as the parts before are.
   * @param parts taken over
   * @throws ConclaveError HOST_IO, of these or the parts before
   */
  async write(parts: readonly Uint8Array[]): Promise<void> {
    await this.#pending;
    this.#pending = this.#writeAll(parts);
    this.#pending.catch(() => undefined); // it is awaited later
  }

  /** Make what was written durable; the name is not yet. @throws ConclaveError HOST_IO */
  async finish(): Promise<void> {
    await this.#pending;
    this.#syncSoon();
    await this.#syncing;
  }

  /**
   * From here on nothing of it goes away by itself: the plan that makes it may be executed.
   * @throws ConclaveError HOST_IO it is gone, or another one is in its place; EXISTS its name was taken meanwhile
   */
  keep(): void {
    const { dev, ino } = fstatSync(this.#file);
    const status = ioExplained(this.path, () => lstatSync(this.#written, { throwIfNoEntry: false }));
    if (status?.dev !== dev || status.ino !== ino) {
      throw new ConclaveError("HOST_IO", `${this.#written}: was removed or replaced while it was written`, {
        suggestions: ["See who else writes in that folder, and run the command again"],
      });
    }
    assertAbsent(this.path);
    this.#kept = true;
  }

  /**
   * Give the finished file its name; if it was taken meanwhile, what a plan made gets another one.
   * @returns the path that it has
   * @throws ConclaveError EXISTS, HOST_IO
   */
  async publish(): Promise<string> {
    if (this.#plan === undefined) {
      ioExplained(this.path, () => nameExclusively(this.#written, this.path));
      this.#kept = true;
      syncDirectory(dirname(this.path));
      return this.path;
    }
    return nameOutput(this.path, this.#plan);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    process.off("exit", this.#abandon);
    await Promise.allSettled([this.#pending, this.#syncing]);
    closeSync(this.#file);
    if (!this.#kept) ioExplained(this.path, this.#abandon);
  }

  async #syncAfter(syncing: Promise<unknown>): Promise<void> {
    await syncing;
    try {
      await syncSoon(this.#file);
    } catch (error) {
      throw explainIo(error, this.path);
    }
  }

  async #writeAll(parts: readonly Uint8Array[]): Promise<void> {
    let rest = parts.filter(({ length }) => length > 0);
    try {
      while (rest.length > 0) {
        const { bytesWritten } = await writeSoon(this.#file, rest);
        rest = after(rest, bytesWritten);
        this.#unsynced += bytesWritten;
      }
    } catch (error) {
      throw explainIo(error, this.path);
    }
    parts.forEach(release);
    if (this.#unsynced < SYNC_EVERY) return;
    this.#unsynced = 0;
    this.#syncSoon();
  }

  /** One after the other, and none after one that failed: the next would succeed, though the bytes are lost. */
  #syncSoon(): void {
    this.#syncing = this.#syncAfter(this.#syncing);
    this.#syncing.catch(() => undefined); // it is awaited later
  }
}

/** Give memory back at once: what waits for a collection of garbage makes a process large. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/**
 * Let the C library keep the pages that are released, which it returns to the kernel at once, and gets anew, until it
 * has seen something large freed: a third of the time of decrypting.
 */
function keepPages(): void {
  new ArrayBuffer(16 * 1024 * 1024).transfer(0);
}

/** What of `parts` comes after so many bytes. */
function after(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skipped = count;
  for (const part of parts) {
    if (skipped < part.length) rest.push(part.subarray(skipped));
    skipped = Math.max(0, skipped - part.length);
  }
  return rest;
}
