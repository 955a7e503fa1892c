import { type Proof, signProof } from "../custodian/proof.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { readDocument } from "../share/document.ts";
import { openWithPassphrase } from "../share/sealed-file.ts";
import type { Row } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";
import { confirmProof } from "./confirm.ts";
import type { GenesisInteraction, PresentedShare } from "./interaction.ts";
import { pendingGeneration, type QuorumGeneration } from "./state.ts";
import { type VerifiedShare, verifyShare } from "./verify-share.ts";

/**
 * Let each custodian of a quorum's pending generation who has no own desk prove, in the room: the share file is
 * re-opened from its medium, and what lies in it signs. Each proof is an entry of its own; the last of
 * all puts the generation in force.
 *
 * @param quorum id
 */
export async function proveShares(vault: Vault, quorum: string, interaction: GenesisInteraction): Promise<void> {
  const pending = await pendingGeneration(vault.reader, quorum);
  if (pending === undefined) throw new ConclaveError("REFUSED", "no generation of the quorum is waiting for proofs");
  for (const { x, key } of pending.manifest.custodians) {
    const seat = await vault.reader.find("seats", { quorum, generation: pending.generation, x });
    if (key === "host" && seat?.confirmed === null) await proveSeat(vault, pending, seat, interaction);
  }
}

/**
 * A proof made on the host, over its newest checkpoint.
 * @param presented stays the caller's
 * @throws ConclaveError SHARE_*
 */
export async function proveOnHost(
  vault: Vault,
  quorums: readonly QuorumGeneration[],
  presented: PresentedShare,
): Promise<Proof> {
  const { id, epoch, genesis, rehearsal } = vault.identity;
  const { quorum, verified } = verifyShare(presented, { id, genesis, rehearsal: rehearsal === 1 }, quorums, []);
  const checkpoint = (await vault.reader.find("checkpoint", { id: 1 }))?.note;
  if (checkpoint === undefined) throw new IntegrityError("checkpoint", "is missing");
  return makeProof({ vault: id, epoch, genesis }, quorum, verified, checkpoint, "host", presented.origin);
}

/**
 * A custodian's statement of holding the share, over a checkpoint.
 * @throws ConclaveError SHARE_WITHOUT_IDENTITY: nothing tells who presents it
 */
export function makeProof(
  place: { vault: string; epoch: string; genesis: string },
  quorum: Pick<QuorumGeneration, "id" | "generation" | "manifestHash">,
  { seat, shareKey, custodianKey }: VerifiedShare,
  checkpoint: string,
  at: "host" | "desk",
  origin: string,
): Proof {
  if (custodianKey === undefined) {
    throw new ConclaveError(
      "SHARE_WITHOUT_IDENTITY",
      `${origin}: proves the share, but not that ${seat.name} presents it`,
      {
        suggestions: [`Give --identity ${seat.name}=FILE`],
      },
    );
  }
  const { vault, epoch, genesis } = place;
  const { id, generation, manifestHash } = quorum;
  const statement = {
    vault,
    epoch,
    genesis,
    quorum: id,
    generation,
    manifest: manifestHash,
    custodian: seat.name,
    at,
    checkpoint,
  };
  return signProof({ type: "proof", version: 1, ...statement }, shareKey, custodianKey);
}

async function proveSeat(
  vault: Vault,
  pending: QuorumGeneration,
  seat: Row<"seats">,
  interaction: GenesisInteraction,
): Promise<void> {
  const { custodian, file } = seat;
  if (file === null) throw new ConclaveError("REFUSED", `no share file of ${custodian} is known`);
  for (;;) {
    try {
      const passphrase = await interaction.provePassphrase(custodian, file);
      await confirmProof(vault, await proveFile(vault, pending, custodian, file, passphrase), file);
      await interaction.proved(custodian, file);
      return;
    } catch (error) {
      const mayRetry = isConclaveError(error) && error.code.startsWith("SHARE_");
      if (!mayRetry || !(await interaction.proofRefused(custodian, error))) throw error;
    }
  }
}

async function proveFile(
  vault: Vault,
  pending: QuorumGeneration,
  custodian: string,
  file: string,
  passphrase: string,
): Promise<Proof> {
  using opened = await openWithPassphrase(readSmallFile(file, LIMITS.shareFileBytes), passphrase);
  using document = readDocument(opened);
  return await proveOnHost(vault, [pending], { document, origin: file, claimed: custodian });
}
