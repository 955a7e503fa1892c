import type { AuditChain, EntryTypes } from "../audit/chain.ts";
import { verifyChain } from "../audit/verify.ts";
import { canonicalJson } from "../json.ts";
import { quorumInForce, rootQuorum } from "../quorum/state.ts";
import type { Secret } from "../secret.ts";
import { openSqlite } from "../storage/sqlite.ts";
import type { Storage } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { backupError } from "./backup-error.ts";
import type { HashedBackup } from "./backup-file.ts";
import { checkpointOf } from "./head.ts";
import { openPayload } from "./payload.ts";

/** Told of how far the steps have come: bytes opened, entries verified, key versions opened. */
export interface OpeningProgress {
  opening?: (done: number, total: number) => void;
  verifying?: ((done: number, total: number) => void) | undefined;
  proving?: (done: number, total: number) => void;
}

/** A backup that was opened into a database of its own, wholly verified. */
export interface OpenedBackup {
  /** The caller's to dispose of. */
  storage: Storage;
  chain: AuditChain;
  identity: Row<"vault">;
}

/**
 * Open a backup into a new file, and verify what came out: its structure, the whole chain with all signatures, every
 * row and blob by replay; and that it is what the head says.
 *
 * @param to a path in a private directory; the caller's to remove, also after a throw
 * @param seed of the backup identity; stays the caller's
 * @throws IntegrityError what is wrong, and where
 */
export async function openBackup(
  file: HashedBackup,
  to: string,
  seed: Secret,
  types: EntryTypes,
  progress: OpeningProgress = {},
): Promise<OpenedBackup> {
  await openPayload(file, to, seed, progress.opening);
  const storage = openSqlite(to, { lockTimeoutMs: 0 });
  try {
    await storage.checkStructure();
    const chain = await storage.snapshot((reader) => verifyChain(reader, { types, progress: progress.verifying }));
    return { storage, chain, identity: await assertHead(file, storage, chain) };
  } catch (error) {
    await storage[Symbol.asyncDispose]();
    throw error;
  }
}

/** The head must be what the payload's verified chain says, member by member. */
async function assertHead(
  { path, head, manifest }: HashedBackup,
  storage: Storage,
  chain: AuditChain,
): Promise<Row<"vault">> {
  const identity = await storage.find("vault", {});
  if (identity === undefined) throw backupError(path, "holds no vault");
  const root = await quorumInForce(storage, (await rootQuorum(storage)).id);
  const { size, root: treeRoot } = checkpointOf(head);
  const members = [
    ["vault", head.vault, identity.id],
    ["name", head.name, identity.name],
    ["genesis", head.genesis, identity.genesis],
    ["epoch", head.epoch, identity.epoch],
    ["host key", head.hostKey, identity.hostKey],
    ["number of entries", size, chain.size],
    ["root", treeRoot, chain.tree.root()],
    ["manifest", manifest, root.manifestHash],
    ["list of handovers", canonicalJson(head.handovers), canonicalJson(root.handovers)],
  ] as const;
  for (const [what, says, holds] of members) {
    if (says !== holds) throw backupError(path, `its head is forged: the ${what} is ${says} there, ${holds} inside`);
  }
  return identity;
}
