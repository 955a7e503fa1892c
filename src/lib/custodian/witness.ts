import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { digestOf } from "../crypto/digest.ts";
import { labelled } from "../crypto/labels.ts";
import { isSoundPublicKey, sign, verify } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { nameSchema, publicKeySchema, signatureSchema, timestampSchema } from "../names.ts";

const witnessSchema = z.strictObject({
  type: z.literal("witness", "not a witness's enrolment"),
  version: z.literal(1),
  name: nameSchema,
  /** By which the witness signs transcripts. */
  witnessKey: publicKeySchema,
  created: timestampSchema,
  /** For rehearsals: no production ceremony takes it. */
  rehearsal: z.boolean(),
});

const witnessFileSchema = z.strictObject({
  enrolment: witnessSchema,
  /** The witness key's. */
  signature: signatureSchema,
});

/** Who attests ceremonies, and by which key. A witness holds no share, and approves nothing. */
export type Witness = z.infer<typeof witnessSchema>;

/** The bytes of a witness's enrolment, signed by its own key. @param key private half of `witness.witnessKey` */
export function writeWitnessFile(witness: Witness, key: KeyObject): Uint8Array {
  return canonicalFile({ enrolment: witness, signature: sign(key, message(witness)) });
}

/**
 * Read a witness's enrolment: its key is sound and signed it.
 *
 * @returns the enrolment, and its digest, of which `digestWords` are compared aloud
 * @throws {ConclaveError} INPUT_MALFORMED, also for a custodian's enrolment
 */
export function parseWitnessFile(bytes: Uint8Array): { witness: Witness; digest: string } {
  const { enrolment: witness, signature } = parseCanonicalFile(bytes, witnessFileSchema, refuse);
  if (!isSoundPublicKey(witness.witnessKey)) throw refuse("witnessKey: of small order or not canonical");
  if (!verify(witness.witnessKey, message(witness), signature))
    throw refuse("the signature does not verify: the file was altered");
  return { witness, digest: witnessDigest(witness) };
}

/** SHA-256 of the enrolment under its label, 64 lower-case hexadecimal digits. */
export function witnessDigest(witness: Witness): string {
  return digestOf("witness", canonicalJson(witness));
}

function message(witness: Witness): Uint8Array {
  return labelled("witness", canonicalJson(witness));
}

function refuse(problem: string): ConclaveError {
  return new ConclaveError("INPUT_MALFORMED", `witness's enrolment: ${problem}`, {
    suggestions: ["Use the enrolment as conclave custodian enroll --witness wrote it"],
  });
}
