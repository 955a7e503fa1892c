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
  if (checkpoint !== undefined) {
    const kept = openCheckpoint(checkpoint, identity.hostKey);
    if (kept?.vault !== identity.id || kept.epoch !== identity.epoch) {
      throw new IntegrityError("kept checkpoint", "not signed by this vault's host key in this epoch, or altered", {
        suggestions: ["Check that it is the right file, of this vault"],
      });
    }
    if (kept.size > chain.size)
      throw new IntegrityError("vault", `has ${chain.size} entries, the kept checkpoint ${kept.size}`);
    if (chain.tree.root(kept.size) !== kept.root)
      throw new IntegrityError("vault", `is another history than the kept checkpoint of ${kept.size} entries`);
  }
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
    ...summary,
    recoveries,
  };
}

function noSuchRecovery(hash: string): ConclaveError {
  return new ConclaveError("NOT_FOUND", `no recovery in this vault has the entry hash ${hash}`, {
    suggestions: [
      "Compare the hash with the paper of the ceremony once more",
      "Without the flag, each recovery is named",
    ],
  });
}
