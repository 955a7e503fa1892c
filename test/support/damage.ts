import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type Database from "better-sqlite3";
import { isConclaveError } from "../../src/lib/errors.ts";
import { contentsOf, editDatabase } from "./raw-database.ts";
import type { MadeVault } from "./vault.ts";

/** What a damaged vault may be: the same state to the letter, or refused for what it is. */
export type Outcome = "same state" | "integrity error";

/** What the database is now, or what changes it where it lies. */
export type Damage = Uint8Array | ((path: string) => void);

/** Longest time that a damaged vault may take to be judged, in milliseconds. */
const PATIENCE = 2000;

/** One vault, whose database is damaged again and again. */
export class DamagedVault {
  /** The database as it was. */
  readonly sound: Uint8Array;
  readonly made: MadeVault;
  readonly #state: string;

  /**
   * @param made to be verified by a machine without memory of it, unless `surroundings.state` is left as it is: an
   *   anchor would refuse more than is shown here
   */
  constructor(made: MadeVault) {
    this.made = made;
    this.sound = readFileSync(made.database);
    this.#state = stateOf(made.database);
  }

  /**
   * Verify a damaged copy, and put the sound one back.
   * @throws {Error} anything else than an outcome that may be, with what came of it
   */
  async judge(what: string, damage: Damage): Promise<Outcome> {
    return (await this.#verify(what, damage)) === undefined ? "same state" : "integrity error";
  }

  /** The message with which a damaged copy is refused; the sound one is put back. */
  async refusal(what: string, damage: Damage): Promise<string> {
    const refusal = await this.#verify(what, damage);
    if (refusal === undefined) throw new Error(`${what}: was not noticed`);
    return refusal;
  }

  /** The message with which the vault is refused after a change by SQL; the sound one is put back. */
  async refusalOf(what: string, edit: (database: Database.Database) => unknown): Promise<string> {
    return this.refusal(what, (path) => {
      editDatabase(path, edit);
    });
  }

  /** Put the sound database back. */
  restore(): void {
    const { database } = this.made;
    for (const suffix of ["-journal", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
    writeFileSync(database, this.sound);
  }

  /** A copy of the sound bytes with one bit flipped. */
  flipped(position: number, bit: number): Uint8Array {
    const bytes = Uint8Array.from(this.sound);
    bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
    return bytes;
  }

  async #verify(what: string, damage: Damage): Promise<string | undefined> {
    const { database } = this.made;
    try {
      if (typeof damage === "function") damage(database);
      else writeFileSync(database, damage);
      const started = performance.now();
      const refusal = await this.#refusalNow(what);
      const taken = performance.now() - started;
      if (taken > PATIENCE) throw new Error(`${what}: took ${taken} ms`);
      return refusal;
    } finally {
      this.restore();
    }
  }

  async #refusalNow(what: string): Promise<string | undefined> {
    try {
      await this.made.verify();
    } catch (cause) {
      if (isConclaveError(cause, "INTEGRITY")) return cause.message;
      throw new Error(`${what}: neither the same state nor an integrity error`, { cause });
    }
    if (stateOf(this.made.database) !== this.#state) throw new Error(`${what}: another state was taken for sound`);
    return undefined;
  }
}

function stateOf(path: string): string {
  return JSON.stringify(contentsOf(path));
}

/**
 * Where to flip bits: each byte that says something, and one in 16 of the zeros, of which most lie in unused space.
 */
export function positions(bytes: Uint8Array): number[] {
  return Array.from(bytes.keys()).filter((at) => bytes[at] !== 0 || at % 16 === 0);
}

/** The same numbers in every run: xorshift (Marsaglia 2003), 32 bits. */
export function* numbers(seed: number): Generator<number, never> {
  let x = seed;
  for (;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}
