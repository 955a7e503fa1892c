import type { AuditChain } from "../audit/chain.ts";
import type { EachEntry } from "../audit/verify.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Row } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";
import { type ActSummary, type Recovery, summarizeActs } from "./exposure.ts";
import { compareKept, type LostEntries } from "./kept-checkpoint.ts";

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
  rehearsal: boolean;
  epoch: string;
  genesis: string;
  hostKey: string;
  entries: number;
  root: string;
  /** Time of the last entry. */
  time: string;
  /** Entries that the kept checkpoint saw and a restore left behind: lost; null if no such checkpoint was given. */
  lost: LostEntries | null;
  /** Whether the genesis is known here, or was given. */
  anchored: boolean;
  /** Whether the sealed blobs were verified too: an exported chain has their hashes alone. */
  ciphertexts: "verified" | "not in the file";
  recoveries: (Recovery & { accepted: boolean })[];
}

/** Verify the whole vault, locked. @throws IntegrityError what is wrong, and where */
export async function verifyVault(vault: Vault, request: VerificationRequest): Promise<Verification> {
  return (await verifyVaultAnd(vault, request)).verification;
}

/**
 * The same.
 *
 * @param each told of each entry
 * @returns the verified chain, too
 * @throws IntegrityError what is wrong, and where
 */
export async function verifyVaultAnd(
  vault: Vault,
  { genesis, checkpoint, full, acceptRecovery }: VerificationRequest,
  each?: EachEntry,
): Promise<{ verification: Verification; chain: AuditChain }> {
  const { identity } = vault;
  assertGenesis(identity.genesis, genesis);
  const chain = await vault.verify(full, each);
  const lost = checkpoint === undefined ? null : await compareKept(vault.reader, chain, checkpoint);
  const anchored = genesis !== undefined || vault.anchor() !== undefined;
  const summary = await summarizeActs(vault.reader);
  assertRecoveries(summary, acceptRecovery);
  if (anchored) await vault.remember(chain, true, acceptRecovery);
  const accepted = [...(vault.anchor()?.recoveries ?? []), ...acceptRecovery];
  const found = { identity, chain, summary, anchored, accepted, lost, ciphertexts: "verified" as const };
  return { verification: verification(found), chain };
}

/** What was found out. @param accepted hashes of entries of accepted recoveries */
export function verification({
  identity,
  chain,
  summary,
  anchored,
  accepted,
  lost,
  ciphertexts,
}: Pick<Verification, "anchored" | "lost" | "ciphertexts"> & {
  identity: Row<"vault">;
  chain: AuditChain;
  summary: ActSummary;
  accepted: readonly string[];
}): Verification {
  const recoveries = summary.recoveries.map((recovery) => ({
    ...recovery,
    accepted: accepted.includes(recovery.hash),
  }));
  return {
    result: anchored && recoveries.every((recovery) => recovery.accepted) ? "VERIFIED" : "CONSISTENT",
    anchored,
    ciphertexts,
    vault: identity.id,
    rehearsal: identity.rehearsal === 1,
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

/** @param wanted genesis hash from paper, if somebody gave one. @throws IntegrityError the vault has another */
export function assertGenesis(found: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === found) return;
  throw new IntegrityError("vault", `its genesis is ${found}, wanted ${wanted}`, {
    suggestions: ["Compare the hash with the paper once more", "If they differ, trust nothing in this vault"],
  });
}

/** @param hashes of entries that somebody accepts. @throws ConclaveError NOT_FOUND one is of no recovery */
export function assertRecoveries({ recoveries }: ActSummary, hashes: readonly string[]): void {
  const strange = hashes.find((hash) => recoveries.every((recovery) => recovery.hash !== hash));
  if (strange !== undefined) throw noSuchRecovery(strange);
}

function noSuchRecovery(hash: string): ConclaveError {
  return new ConclaveError("NOT_FOUND", `no recovery in this vault has the entry hash ${hash}`, {
    suggestions: [
      "Compare the hash with the paper of the ceremony once more",
      "Without the flag, each recovery is named",
    ],
  });
}
