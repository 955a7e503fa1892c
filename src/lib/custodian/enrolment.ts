import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { recipientsProblem } from "../crypto/age-recipient.ts";
import { digestOf } from "../crypto/digest.ts";
import { labelled } from "../crypto/labels.ts";
import { isSoundPublicKey, sign, verify } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { nameSchema, publicKeySchema, signatureSchema, timestampSchema } from "../names.ts";

const enrolmentSchema = z.strictObject({
  type: z.literal("enrolment", "not a custodian's enrolment"),
  version: z.literal(1),
  name: nameSchema,
  /** The custodian's signing key. */
  custodianKey: publicKeySchema,
  /** age recipients to which the custodian's shares are to be sealed: all post-quantum, or none. */
  recipients: z.array(z.string().max(4096)).min(1).max(LIMITS.recipients),
  created: timestampSchema,
  /** For rehearsals: no production vault takes it. */
  rehearsal: z.boolean(),
});

export const enrolmentFileSchema = z.strictObject({
  enrolment: enrolmentSchema,
  /** The custodian key's. */
  signature: signatureSchema,
});

/** What a custodian brings to a ceremony, all of it public: who, by which key, and what to seal the share to. */
export type Enrolment = z.infer<typeof enrolmentSchema>;

/**
 * An enrolment as it travels, signed by its own custodian key: whoever signed knows that key, no more. Whose it is,
 * people establish by comparing the words of its digest.
 */
export type EnrolmentFile = z.infer<typeof enrolmentFileSchema>;

/** @param custodianKey private half of `enrolment.custodianKey` */
export function signEnrolment(enrolment: Enrolment, custodianKey: KeyObject): EnrolmentFile {
  return { enrolment, signature: sign(custodianKey, message(enrolment)) };
}

/** The bytes of an enrolment file: canonical JSON and a line feed. */
export function writeEnrolmentFile(file: EnrolmentFile): Uint8Array {
  return canonicalFile(file);
}

/**
 * Read an enrolment file: its key is sound and signed it, and its shares can be sealed.
 *
 * @returns the enrolment, and its digest, of which `digestWords` are compared aloud
 * @throws {ConclaveError} INPUT_MALFORMED
 */
export function parseEnrolmentFile(bytes: Uint8Array): { enrolment: Enrolment; digest: string } {
  const { enrolment } = parseSignedEnrolment(bytes);
  return { enrolment, digest: enrolmentDigest(enrolment) };
}

/** As `parseEnrolmentFile`, with the signature. @throws {ConclaveError} INPUT_MALFORMED */
export function parseSignedEnrolment(bytes: Uint8Array): EnrolmentFile {
  const file = parseCanonicalFile(bytes, enrolmentFileSchema, refuse);
  const problem = enrolmentProblem(file);
  if (problem !== undefined) throw refuse(problem);
  return file;
}

/** Why an enrolment can't be taken, if it can't: by its key, its recipients, its signature. */
export function enrolmentProblem({ enrolment, signature }: EnrolmentFile): string | undefined {
  const { custodianKey, recipients } = enrolment;
  if (!isSoundPublicKey(custodianKey)) return "custodianKey: of small order or not canonical";
  const problem = recipientsProblem(recipients);
  if (problem !== undefined) return problem;
  return verify(custodianKey, message(enrolment), signature)
    ? undefined
    : "the signature does not verify: the file was altered";
}

/** SHA-256 of the enrolment under its label, 64 lower-case hexadecimal digits. */
export function enrolmentDigest(enrolment: Enrolment): string {
  return digestOf("enrolment", canonicalJson(enrolment));
}

function message(enrolment: Enrolment): Uint8Array {
  return labelled("enrolment", canonicalJson(enrolment));
}

function refuse(problem: string): ConclaveError {
  return new ConclaveError("INPUT_MALFORMED", `enrolment: ${problem}`, {
    suggestions: ["Use the enrolment as conclave custodian enroll wrote it"],
  });
}
