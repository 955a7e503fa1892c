import type { AuditChain } from "../audit/chain.ts";
import type { Vault } from "../vault/vault.ts";
import { backupError } from "./backup-error.ts";
import { type HashedBackup, hashBackup } from "./backup-file.ts";
import { checkpointOf } from "./head.ts";

/** What is known of a backup without a secret. */
export interface VerifiedBackup {
  file: string;
  sha256: string;
  size: number;
  vault: string;
  genesis: string;
  epoch: string;
  time: string;
  entries: number;
  root: string;
  generation: number;
  /**
   * Whether its chain is a beginning of the vault's; `left` if a restore went on from an earlier entry; `other` if it
   * is of another vault; `none` if there is no vault to compare it with.
   */
  chain: "ancestor" | "left" | "other" | "none";
  /** Whether the vault's chain tells of this file. */
  told: boolean;
}

/**
 * Verify a backup as far as it goes without a secret: signature, sizes, hashes; against a vault's verified chain, where
 * there is one.
 *
 * @throws IntegrityError altered, cut off, no backup; or the vault is older than it
 */
export async function verifyBackup(
  path: string,
  verified: { vault: Vault; chain: AuditChain } | undefined,
  progress?: (done: number, total: number) => void,
): Promise<VerifiedBackup> {
  const file = hashBackup(path, progress);
  const { head, sha256, size } = file;
  const { size: entries, root } = checkpointOf(head);
  const told = verified !== undefined && (await verified.vault.reader.find("backups", { sha256 })) !== undefined;
  const { vault, genesis, epoch, time } = head;
  const { generation } = head.manifest;
  const chain = verified === undefined ? "none" : await place(file, verified);
  return { file: path, sha256, size, vault, genesis, epoch, time, entries, root, generation, chain, told };
}

async function place(
  { path, head }: HashedBackup,
  { vault, chain }: { vault: Vault; chain: AuditChain },
): Promise<"ancestor" | "left" | "other"> {
  const { id, genesis, epoch } = vault.identity;
  if (head.vault !== id) return "other";
  if (head.genesis !== genesis)
    throw backupError(path, "of another genesis: a vault made by somebody else under the same id");
  const { size, root } = checkpointOf(head);
  if (size <= chain.size && chain.tree.root(size) === root) return "ancestor";
  if (head.epoch === epoch) {
    const what =
      size > chain.size
        ? `has ${size} entries, the vault ${chain.size}: the vault is behind it`
        : "is of another history than the vault";
    throw backupError(path, what);
  }
  if ((await vault.reader.find("restores", { epoch: head.epoch, hostKey: head.hostKey })) !== undefined) return "left";
  throw backupError(path, "of an epoch and host that the vault's chain does not know");
}
