import type { AuditChain } from "../audit/chain.ts";
import { openCheckpoint } from "../audit/checkpoint.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { type ActSummary, type Recovery, summarizeActs } from "./exposure.ts";

export interface VerificationRequest {
  /** Genesis hash, from paper. */
  genesis: string | undefined;
  /** Signed checkpoint that somebody kept elsewhere. */
  checkpoint: string | undefined;
  /** Verify signatures that this machine verified before, too. */
  full: boolean;
  /** Hashes of entries of recoveries, from paper: this machine remembers them as accepted. */
  acceptRecovery: readonly string[];
}

/** What a verification says. A wholly self-made vault is consistent too: only a known genesis makes it this vault. */
export interface Verification extends Omit<ActSummary, "recoveries"> {
  /** VERIFIED: it is this vault, and each recovery in it was accepted. */
  result: "VERIFIED" | "CONSISTENT";
  vault: string;
  epoch: string;
  genesis: string;
  hostKey: string;
  entries: number;
  root: string;
  /** Time of the last entry. */
  time: string;
  /** Entries that the kept checkpoint saw and a restore left behind: lost; null if no such checkpoint was given. */
  lost: { entries: number; after: number } | null;
  /** Whether the genesis is known here, or was given. */
  anchored: boolean;
  recoveries: (Recovery & { accepted: boolean })[];
}

/**
 * Verify the whole vault, locked.
 * @throws IntegrityError what is wrong, and where
 */
export async function verifyVault(
  vault: Vault,
  { genesis, checkpoint, full, acceptRecovery }: VerificationRequest,
): Promise<Verification> {
  const { identity } = vault;
  if (genesis !== undefined && genesis !== identity.genesis) {
    throw new IntegrityError("vault", `its genesis is ${identity.genesis}, wanted ${genesis}`, {
      suggestions: ["Compare the hash with the paper once more", "If they differ, trust nothing in this vault"],
    });
  }
  const chain = await vault.verify(full);
  const lost = checkpoint === undefined ? null : await compareKept(vault, chain, checkpoint);
  const anchored = genesis !== undefined || vault.anchor() !== undefined;
  const summary = await summarizeActs(vault.reader);
  const strange = acceptRecovery.find((hash) => summary.recoveries.every((recovery) => recovery.hash !== hash));
  if (strange !== undefined) throw noSuchRecovery(strange);
  if (anchored) await vault.remember(chain, true, acceptRecovery);
  const accepted = new Set([...(vault.anchor()?.recoveries ?? []), ...acceptRecovery]);
  const recoveries = summary.recoveries.map((recovery) => ({ ...recovery, accepted: accepted.has(recovery.hash) }));
  return {
    result: anchored && recoveries.every((recovery) => recovery.accepted) ? "VERIFIED" : "CONSISTENT",
    anchored,
    vault: identity.id,
    epoch: identity.epoch,
    genesis: identity.genesis,
    hostKey: identity.hostKey,
    entries: chain.size,
    root: chain.tree.root(),
    time: chain.timeOf(chain.size).toISOString(),
    lost,
    ...summary,
    recoveries,
  };
}

/**
 * Hold a kept checkpoint against the verified chain: of this epoch's host, or of one before that a restore replaced.
 * @returns what of a replaced host's chain a restore left behind; null of this epoch
 * @throws IntegrityError it shows another chain, or nobody of this vault signed it
 */
async function compareKept(vault: Vault, chain: AuditChain, checkpoint: string): Promise<Verification["lost"]> {
  const { id, hostKey, epoch } = vault.identity;
  const replaced = await Array.fromAsync(vault.reader.rows("restores"));
  for (const host of [{ hostKey, epoch, entries: chain.size, last: true }, ...replaced]) {
    const kept = openCheckpoint(checkpoint, host.hostKey);
    if (kept?.vault !== id || kept.epoch !== host.epoch) continue;
    const { size, root } = kept;
    const present = "last" in host;
    if (size > host.entries && present)
      throw new IntegrityError("vault", `has ${host.entries} entries, the kept checkpoint ${size}`);
    if (size > host.entries) return { entries: size - host.entries, after: host.entries };
    if (chain.tree.root(size) !== root)
      throw new IntegrityError("vault", `is another history than the kept checkpoint of ${size} entries`);
    return present ? null : { entries: 0, after: size };
  }
  throw new IntegrityError("kept checkpoint", "not signed by a host key of this vault in its epoch, or altered", {
    suggestions: ["Check that it is the right file, of this vault"],
  });
}

function noSuchRecovery(hash: string): ConclaveError {
  return new ConclaveError("NOT_FOUND", `no recovery in this vault has the entry hash ${hash}`, {
    suggestions: [
      "Compare the hash with the paper of the ceremony once more",
      "Without the flag, each recovery is named",
    ],
  });
}
