import { IntegrityError } from "../errors.ts";
import { keepHeapSmall } from "../host/heap.ts";
import { ReplayTables } from "../storage/replay-tables.ts";
import type { Reader } from "../storage/storage.ts";
import { AuditChain, type EntryTypes } from "./chain.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { compareTables } from "./compare.ts";
import { missingEntries } from "./entry.ts";

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
}

/** Of a longer chain, replay keeps its large tables on disk: slower by half, but some 3 KB of memory an entry are too much. */
const ENTRIES_IN_MEMORY = 120_000;

/** Entries between two calls of `progress`. */
const PROGRESS_STEP = 5000;

/**
 * Verify the whole chain: hashes, links, count, every signature and effect, the signed checkpoint,
 * the machine's anchor as an ancestor; and, by replay into empty tables, every row and blob.
 *
 * @param reader of one moment (a snapshot or a transaction)
 * @returns the chain, ready for the next entry
 * @throws IntegrityError what is wrong, and where
 */
export async function verifyChain(reader: Reader, options: VerifyOptions): Promise<AuditChain> {
  const chain = new AuditChain(options.types);
  const total = (await reader.largest("entries", "sequence", {})) ?? 0;
  const large = total > (options.entriesInMemory ?? ENTRIES_IN_MEMORY);
  if (large) keepHeapSmall();
  using replayed = large ? ReplayTables.onDisk() : new ReplayTables();
  const verified = options.verified?.size ?? 0;
  for await (const entries of reader.portions("entries")) {
    for (const { sequence, text } of entries) {
      await chain.project(sequence, text, replayed, sequence > verified);
      if (sequence % PROGRESS_STEP === 0) options.progress?.(sequence, total);
    }
  }
  options.progress?.(chain.size, total);
  await assertCheckpoint(reader, chain, (await replayed.find("vault", {}))?.hostKey);
  chain.assertComplete();
  assertAncestor(chain, options.anchor);
  assertAncestor(chain, options.verified);
  await compareTables(reader, replayed);
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
  await assertCheckpoint(reader, chain, hostKey);
  assertAncestor(chain, options.anchor);
  return chain;
}

async function assertCheckpoint(reader: Reader, chain: AuditChain, hostKey: string | undefined): Promise<void> {
  if (hostKey === undefined) throw new IntegrityError("audit chain", "has no genesis");
  const note = (await reader.find("checkpoint", { id: 1 }))?.note;
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
