import { IntegrityError } from "../errors.ts";
import { keepHeapSmall } from "../host/heap.ts";
import { ReplayTables } from "../storage/replay-tables.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { AuditChain, type EntryTypes } from "./chain.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { compareTables } from "./compare.ts";
import { type Entry, missingEntries } from "./entry.ts";

/** A head of the chain that this machine saw: the chain must still contain it. */
export interface SeenHead {
  size: number;
  root: string;
}

export interface VerifyOptions {
  types: EntryTypes;
  /** The largest head that this machine remembers, if it remembers one. */
  anchor?: SeenHead | undefined;
  /** A head up to which signatures were verified before, and need not be again. */
  verified?: SeenHead | undefined;
  /** Called now and then with the number of entries done and in all. */
  progress?: ((done: number, total: number) => void) | undefined;
  /** Entries of the longest chain whose replay keeps all tables in memory. */
  entriesInMemory?: number;
  each?: EachEntry | undefined;
}

/** Of a longer chain, replay keeps its large tables on disk: slower by half, but some 3 KB of memory an entry are too much. */
const ENTRIES_IN_MEMORY = 120_000;

/** Told of each entry that was verified, its hash, and the tables as they stand after it. */
export type EachEntry = (entry: Entry, hash: string, tables: Reader) => Promise<void>;

/** Entries between two calls of `progress`. */
const PROGRESS_STEP = 5000;

/** Where the entries of a chain come from, in their order, and then the checkpoint over them. */
export interface ChainSource {
  /** How many there are said to be. */
  readonly total: number;
  entries(): AsyncIterable<readonly Row<"entries">[]>;
  /** Asked for after the last entry. */
  checkpoint(): Promise<string | undefined>;
}

/**
 * Verify the whole chain: hashes, links, count, every signature and effect, the signed checkpoint,
 * the machine's anchor as an ancestor; and, by replay into empty tables, every row and blob.
 *
 * @param reader of one moment (a snapshot or a transaction)
 * @returns the chain, ready for the next entry
 * @throws IntegrityError what is wrong, and where
 */
export async function verifyChain(reader: Reader, options: VerifyOptions): Promise<AuditChain> {
  const total = (await reader.largest("entries", "sequence", {})) ?? 0;
  using replayed = replayTables(total, options.entriesInMemory);
  const source: ChainSource = {
    total,
    entries: () => reader.portions("entries"),
    checkpoint: async () => (await reader.find("checkpoint", { id: 1 }))?.note,
  };
  const chain = await replayChain(source, replayed, options);
  await compareTables(reader, replayed);
  return chain;
}

/**
 * Empty tables for the replay of a chain.
 * @param entries how many it has, or says that it has
 * @returns the caller's to dispose of
 */
export function replayTables(entries: number, inMemory = ENTRIES_IN_MEMORY): ReplayTables {
  if (entries <= inMemory) return new ReplayTables();
  keepHeapSmall();
  return ReplayTables.onDisk();
}

/**
 * Verify a chain by itself: all that `verifyChain` does but for the rows and blobs of a vault.
 *
 * @param tables empty ones, into which it is replayed
 * @throws IntegrityError what is wrong, and where
 */
export async function replayChain(source: ChainSource, tables: Writer, options: VerifyOptions): Promise<AuditChain> {
  const chain = new AuditChain(options.types);
  const verified = options.verified?.size ?? 0;
  for await (const entries of source.entries()) {
    for (const { sequence, text } of entries) {
      const entry = await chain.project(sequence, text, tables, sequence > verified);
      await options.each?.(entry, chain.head, tables);
      if (sequence % PROGRESS_STEP === 0) options.progress?.(sequence, source.total);
    }
  }
  options.progress?.(chain.size, source.total);
  assertCheckpoint(await source.checkpoint(), chain, (await tables.find("vault", {}))?.hostKey);
  chain.assertComplete();
  assertAncestor(chain, options.anchor);
  assertAncestor(chain, options.verified);
  return chain;
}

/**
 * Verify hashes, links, count, checkpoint and anchor only: what must hold before anything is
 * appended to a locked vault.
 *
 * @param hostKey public key of this machine, which must have signed the checkpoint
 * @throws IntegrityError what is wrong, and where
 */
export async function verifyLinks(
  reader: Reader,
  hostKey: string,
  options: Pick<VerifyOptions, "types" | "anchor">,
): Promise<AuditChain> {
  const chain = new AuditChain(options.types);
  for await (const entries of reader.portions("entries")) {
    for (const { sequence, text } of entries) chain.link(sequence, text);
  }
  assertCheckpoint((await reader.find("checkpoint", { id: 1 }))?.note, chain, hostKey);
  assertAncestor(chain, options.anchor);
  return chain;
}

function assertCheckpoint(note: string | undefined, chain: AuditChain, hostKey: string | undefined): void {
  if (hostKey === undefined) throw new IntegrityError("audit chain", "has no genesis");
  const checkpoint = note === undefined ? undefined : openCheckpoint(note, hostKey);
  if (checkpoint === undefined)
    throw new IntegrityError("checkpoint", "missing, altered, or not signed by this vault's host key");
  if (checkpoint.vault !== chain.vault || checkpoint.epoch !== chain.epoch)
    throw new IntegrityError("checkpoint", "of another vault or epoch");
  if (checkpoint.size > chain.size) throw missingEntries(chain.size + 1, checkpoint.size);
  if (checkpoint.size < chain.size || checkpoint.root !== chain.tree.root()) {
    throw new IntegrityError(
      "audit chain",
      `entry ${chain.size} or the checkpoint was altered: the tree's root differs`,
    );
  }
}

function assertAncestor(chain: AuditChain, anchor: SeenHead | undefined): void {
  if (anchor === undefined) return;
  if (anchor.size > chain.size) {
    throw new IntegrityError(
      "vault",
      `is behind its anchor: it has ${chain.size} entries, this machine saw ${anchor.size}`,
    );
  }
  if (chain.tree.root(anchor.size) !== anchor.root) {
    throw new IntegrityError(
      "vault",
      `is another history than its anchor: they differ within the first ${anchor.size} entries`,
    );
  }
}
