import type { KeyObject } from "node:crypto";
import { IntegrityError, isConclaveError } from "../errors.ts";
import type { Writer } from "../storage/storage.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { type Entry, entryError, entryHash, entryText, missingEntries, NO_ENTRY, parseEntry } from "./entry.ts";
import type { Chain, EntryType, ExpectedEffect } from "./entry-type.ts";
import { Tree } from "./tree.ts";

/** All entry types that there are, by name. */
export type EntryTypes = ReadonlyMap<string, EntryType>;

const TIMES_IN_A_PART = 1024;

/** What a new entry says; the rest of it follows from the chain. */
export interface EntryData {
  type: string;
  data: Record<string, unknown>;
}

/**
 * An audit chain up to some entry: what the next entry must link to, and which effects an executed
 * plan still demands. Reading and writing use the same steps, so nothing is written that a later
 * reading refuses.
 */
export class AuditChain {
  readonly tree = new Tree();
  /** Hash of the last entry. */
  head = NO_ENTRY;
  vault: string | undefined;
  epoch: string | undefined;
  readonly #types: EntryTypes;
  readonly #times = new Times();
  /** What executed plans demanded, and how many of it came. */
  #expected: readonly ExpectedEffect[] = [];
  #came = 0;
  readonly #recalled = new Map<unknown, Map<string, unknown>>();

  constructor(types: EntryTypes) {
    this.#types = types;
  }

  /** Number of entries. */
  get size(): number {
    return this.tree.size;
  }

  /** Time of the entry `sequence`. */
  timeOf(sequence: number): Date {
    const time = this.#times.at(sequence - 1);
    if (time === undefined) throw new RangeError(`no entry ${sequence}`);
    return new Date(time);
  }

  /**
   * Take in the next entry: its form, its sequence and its link.
   * @throws IntegrityError naming the entry
   */
  link(sequence: number, text: string): Entry {
    const next = this.size + 1;
    if (sequence < next) throw new IntegrityError(`entry ${sequence}`, "a sequence that no entry can have");
    if (sequence > next) throw missingEntries(next, sequence - 1);
    const entry = parseEntry(text, sequence);
    if (entry.sequence !== sequence) throw entryError(entry, `stands at ${sequence}`);
    if (entry.previous !== this.head) {
      throw entryError(entry, `does not follow entry ${sequence - 1}: one of the two was altered`);
    }
    this.vault ??= entry.vault;
    if (this.epoch === undefined || this.#types.get(entry.type)?.newEpoch === true) this.epoch = entry.epoch;
    if (entry.vault !== this.vault || entry.epoch !== this.epoch) throw entryError(entry, "of another vault or epoch");

    this.head = entryHash(text);
    this.#times.push(Date.parse(entry.time));
    this.tree.append(this.head);
    return entry;
  }

  /**
   * Take in the next entry and write its change into `tables`.
   * @throws IntegrityError naming the entry, if it is not what its type or an approved plan demands
   */
  async project(sequence: number, text: string, tables: Writer, verifySignatures: boolean): Promise<Entry> {
    const before = this.tree.size;
    const entry = this.link(sequence, text);
    const type = this.#types.get(entry.type);
    if (type === undefined) throw entryError(entry, "an unknown type");
    const expected = this.#expected[this.#came];
    if (expected !== undefined && !type.effect)
      throw entryError(entry, `stands where the plan's ${expected.type} must be`);

    if (expected !== undefined) this.#came += 1;
    const chain: Chain = {
      tables,
      tree: this.tree,
      timeOf: (earlier) => this.timeOf(earlier),
      size: before,
      hash: this.head,
      verifySignatures,
      expect: (effects) => this.#expect(effects),
      recall: (make, text) => this.#recall(make, text),
    };
    try {
      const goesOn = await type.project(entry, chain, expected);
      if (goesOn && expected !== undefined) this.#came -= 1;
    } catch (cause) {
      // A precondition that an action's check has refused: no command would have written this entry.
      if (!isConclaveError(cause) || ["INTEGRITY", "BUSY", "HOST_IO"].includes(cause.code)) throw cause;
      throw entryError(entry, cause.message, cause);
    }
    return entry;
  }

  /** @throws IntegrityError if the chain ends before all effects of its last plan */
  assertComplete(): void {
    const missing = this.#expected[this.#came];
    if (missing !== undefined)
      throw new IntegrityError("audit chain", `ends before the ${missing.type} that its last plan demands`);
  }

  /** Write the next entry and its change. @returns its sequence */
  async append(
    writer: Writer,
    place: { vault: string; epoch: string },
    time: string,
    actor: string,
    entry: EntryData,
  ): Promise<number> {
    const sequence = this.size + 1;
    const text = entryText({ version: 1, ...place, sequence, time, previous: this.head, actor, ...entry });
    await writer.insert("entries", { sequence, text });
    await this.project(sequence, text, writer, true);
    return sequence;
  }

  /** Sign the head and store it as the newest checkpoint. @returns the signed note */
  async storeCheckpoint(writer: Writer, hostKey: KeyObject): Promise<string> {
    if (this.vault === undefined || this.epoch === undefined) throw new TypeError("an empty chain has no checkpoint");
    this.assertComplete();
    const checkpoint = { vault: this.vault, epoch: this.epoch, size: this.size, root: this.tree.root() };
    const note = signCheckpoint(checkpoint, hostKey);
    if ((await writer.update("checkpoint", { id: 1 }, { note })) === 0)
      await writer.insert("checkpoint", { id: 1, note });
    return note;
  }

  #expect(effects: readonly ExpectedEffect[]): void {
    this.#expected = [...this.#expected.slice(this.#came), ...effects];
    this.#came = 0;
  }

  #recall<T>(make: (text: string) => T, text: string): T {
    const known = this.#recalled.get(make) ?? new Map<string, unknown>();
    this.#recalled.set(make, known);
    if (!known.has(text)) known.set(text, make(text));
    return known.get(text) as T;
  }
}

/** Times of entries, in parts of equal length: no larger copy is made as they grow in number. */
class Times {
  readonly #parts: Float64Array[] = [];
  #length = 0;

  /** @returns in milliseconds since 1970 */
  at(index: number): number | undefined {
    return index < this.#length
      ? this.#parts[Math.floor(index / TIMES_IN_A_PART)]?.[index % TIMES_IN_A_PART]
      : undefined;
  }

  push(time: number): void {
    const place = this.#length % TIMES_IN_A_PART;
    if (place === 0) this.#parts.push(new Float64Array(TIMES_IN_A_PART));
    const part = this.#parts.at(-1);
    if (part !== undefined) part[place] = time;
    this.#length += 1;
  }
}
