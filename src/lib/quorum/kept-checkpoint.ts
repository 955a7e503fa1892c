import type { AuditChain } from "../audit/chain.ts";
import { type Checkpoint, openCheckpoint } from "../audit/checkpoint.ts";
import { IntegrityError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";

/** What of a replaced host's chain a restore left behind. */
export interface LostEntries {
  entries: number;
  after: number;
}

/** Some host of a vault's chain: of this epoch, or one before that a restore replaced. */
interface Host {
  hostKey: string;
  epoch: string;
  /** Entries of its chain that are in this one. */
  entries: number;
  /** Whether it is that of this epoch. */
  present: boolean;
}

/**
 * Hold a kept checkpoint against a verified chain: of this epoch's host, or of one before that a restore replaced.
 *
 * @param tables as the chain says they are
 * @returns what of a replaced host's chain a restore left behind; null of this epoch
 * @throws IntegrityError it shows another chain, or nobody of this vault signed it
 */
export async function compareKept(tables: Reader, chain: AuditChain, note: string): Promise<LostEntries | null> {
  for (const host of await hostsOf(tables, chain)) {
    const kept = openCheckpoint(note, host.hostKey);
    if (kept?.vault === chain.vault && kept?.epoch === host.epoch) return compareHead(kept, host, chain);
  }
  throw new IntegrityError("kept checkpoint", "not signed by a host key of this vault in its epoch, or altered", {
    suggestions: ["Check that it is the right file, of this vault"],
  });
}

/** Every host of a verified chain, that of this epoch first. */
export async function hostsOf(tables: Reader, chain: AuditChain): Promise<Host[]> {
  const identity = await tables.find("vault", {});
  const replaced = await Array.fromAsync(tables.rows("restores"));
  return [
    ...(identity === undefined
      ? []
      : [{ hostKey: identity.hostKey, epoch: identity.epoch, entries: chain.size, present: true }]),
    ...replaced.map(({ hostKey, epoch, entries }) => ({ hostKey, epoch, entries, present: false })),
  ];
}

function compareHead({ size, root }: Checkpoint, { entries, present }: Host, chain: AuditChain): LostEntries | null {
  if (size > entries && present)
    throw new IntegrityError("vault", `has ${entries} entries, the kept checkpoint ${size}`);
  if (size > entries) return { entries: size - entries, after: entries };
  if (chain.tree.root(size) !== root)
    throw new IntegrityError("vault", `is another history than the kept checkpoint of ${size} entries`);
  return present ? null : { entries: 0, after: size };
}
