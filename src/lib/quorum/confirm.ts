import { timestamp } from "../clock.ts";
import { type Proof, proofSchema } from "../custodian/proof.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";
import { checkProof } from "./check-proof.ts";
import { keksUnder } from "./rekey.ts";
import { unprovedSeats } from "./state.ts";

/** What a confirmed proof did. */
export interface Confirmed {
  custodian: string;
  quorum: string;
  /** Sequence of the entry. */
  entry: number;
  /** Custodians of that generation who have not proved yet. */
  missing: string[];
}

/**
 * Record a custodian's proof. The last one of a pending generation puts it in force.
 *
 * @param origin path of the proof, for the message
 * @throws ConclaveError APPROVAL_INVALID saying what is wrong with it; INTEGRITY if it is over a chain that this host
 *   signed, and doesn't have
 */
export async function confirmProof(vault: Vault, proof: Proof, origin: string): Promise<Confirmed> {
  const whose = `${origin}, ${proof.statement.custodian}'s proof`;
  const refuse = (problem: string, rolledBack?: "rolledBack") => {
    if (rolledBack) return new IntegrityError("vault", `${whose}: ${problem}: this host was rolled back`);
    const suggestions = ["Make a new request, and let the custodian prove again"];
    return new ConclaveError("APPROVAL_INVALID", `${whose}: ${problem}`, { suggestions });
  };
  return vault.actLocked(async ({ writer, chain }) => {
    const { tree, size } = chain;
    const { quorum, seat } = await checkProof(proof, writer, { tree, size, verifySignatures: true }, refuse);
    const wraps = await wrapsBefore(writer, quorum.id);
    const { id, epoch } = vault.identity;
    const time = timestamp(vault.clock());
    const entry = await chain.append(writer, { vault: id, epoch }, time, actor(), {
      type: "custodian.confirm",
      data: { ...proof },
    });
    for (const wrap of wraps)
      if ((await writer.find("keks", wrap)) === undefined) await writer.remove("blobs", { hash: wrap.blob });
    const missing = await unprovedSeats(writer, quorum.id, quorum.generation);
    return { custodian: seat.name, quorum: quorum.name, entry, missing };
  });
}

/** The bytes of a proof file. */
export function writeProofFile(proof: Proof): Uint8Array {
  return canonicalFile(proof);
}

/** @param origin path, for the message. @throws ConclaveError APPROVAL_INVALID */
export function parseProofFile(bytes: Uint8Array, origin: string): Proof {
  return parseCanonicalFile(
    bytes,
    proofSchema,
    (problem) => new ConclaveError("APPROVAL_INVALID", `${origin}: not a proof: ${problem}`),
  );
}

/** KEKs as the generation in force wraps them: the last proof of the next one drops them. */
async function wrapsBefore(
  state: Reader,
  quorum: string,
): Promise<{ keyring: string; version: number; blob: string }[]> {
  const before = await state.find("generations", { quorum, state: "active" });
  return before === undefined ? [] : keksUnder(state, quorum, before.generation);
}
