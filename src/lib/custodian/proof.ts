import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { labelled } from "../crypto/labels.ts";
import { sign, verify } from "../crypto/signature.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, signatureSchema } from "../names.ts";

const statementSchema = z.strictObject({
  type: z.literal("proof"),
  version: z.literal(1),
  vault: idSchema,
  epoch: idSchema,
  genesis: digestSchema,
  quorum: idSchema,
  generation: z.int().positive(),
  manifest: digestSchema,
  custodian: nameSchema,
  /** Whether the signing key was opened on the vault's host, and so exposed to it. */
  at: z.enum(["host", "desk"]),
  /** The signed checkpoint over which the proof is made: it dates it, and nobody could foresee it. */
  checkpoint: z.string().max(LIMITS.noteLength),
});

/** What a custodian states: I hold the share of this seat, at this head of the chain. */
export type ProofStatement = z.infer<typeof statementSchema>;

/** A proof: the statement, signed by the share key (who holds the share) and the custodian key (who says so). */
export const proofSchema = z.strictObject({
  statement: statementSchema,
  shareSignature: signatureSchema,
  custodianSignature: signatureSchema,
});

export type Proof = z.infer<typeof proofSchema>;

export function signProof(statement: ProofStatement, shareKey: KeyObject, custodianKey: KeyObject): Proof {
  const message = proofMessage(statement);
  return { statement, shareSignature: sign(shareKey, message), custodianSignature: sign(custodianKey, message) };
}

/** Whether both signatures are good, under the public keys of the seat that the statement names. */
export function verifyProof(proof: Proof, shareKey: string, custodianKey: string): boolean {
  const message = proofMessage(proof.statement);
  return verify(shareKey, message, proof.shareSignature) && verify(custodianKey, message, proof.custodianSignature);
}

function proofMessage(statement: ProofStatement): Uint8Array {
  return labelled("proof", canonicalJson(statement));
}
