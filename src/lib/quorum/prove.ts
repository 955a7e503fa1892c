import { hostname, userInfo } from "node:os";
import { timestamp } from "../clock.ts";
import { type Proof, signProof } from "../custodian/proof.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { readDocument } from "../share/document.ts";
import { openWithPassphrase } from "../share/sealed-file.ts";
import type { Row } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";
import type { GenesisInteraction } from "./interaction.ts";
import { type QuorumGeneration, readGeneration } from "./state.ts";
import { verifyShare } from "./verify-share.ts";

/**
 * Let each custodian of a pending root quorum prove, in the room: the share file is re-opened from its
 * medium, and what lies in it signs. Each proof is an entry of its own; the last puts the vault in force.
 */
export async function proveShares(vault: Vault, interaction: GenesisInteraction): Promise<void> {
  const row = await vault.reader.find("generations", { state: "pending" });
  const quorum = row && (await vault.reader.find("quorums", { id: row.quorum }));
  if (row === undefined || quorum === undefined) throw new ConclaveError("REFUSED", "no quorum is waiting for proofs");
  const pending = readGeneration(quorum, row);
  for (const { x } of pending.manifest.custodians) {
    const seat = await vault.reader.find("seats", { quorum: quorum.id, generation: pending.generation, x });
    if (seat?.confirmed === null) await proveSeat(vault, pending, seat, interaction);
  }
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
      const proof = await proveFile(vault, pending, custodian, file, passphrase);
      await vault.actLocked(async ({ writer, chain }) => {
        const place = { vault: vault.identity.id, epoch: vault.identity.epoch };
        const actor = `${userInfo().username}@${hostname()}`;
        await chain.append(writer, place, timestamp(vault.clock()), actor, {
          type: "custodian.confirm",
          data: { ...proof },
        });
      });
      await interaction.proved(custodian, file);
      return;
    } catch (error) {
      if (
        !isConclaveError(error) ||
        !error.code.startsWith("SHARE_") ||
        !(await interaction.proofRefused(custodian, error))
      )
        throw error;
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
  const { id, epoch, genesis, rehearsal } = vault.identity;
  const presented = { document, origin: file, claimed: custodian };
  const { verified } = verifyShare(presented, { id, genesis, rehearsal: rehearsal === 1 }, [pending], []);
  if (verified.custodianKey === undefined) {
    throw new ConclaveError("SHARE_WITHOUT_IDENTITY", `${file}: the custodian key is missing`);
  }
  const checkpoint = (await vault.reader.find("checkpoint", { id: 1 }))?.note;
  if (checkpoint === undefined) throw new IntegrityError("checkpoint", "is missing");
  return signProof(
    {
      type: "proof",
      version: 1,
      vault: id,
      epoch,
      genesis,
      quorum: pending.id,
      generation: pending.generation,
      manifest: pending.manifestHash,
      custodian,
      checkpoint,
    },
    verified.shareKey,
    verified.custodianKey,
  );
}
