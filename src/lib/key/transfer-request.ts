import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { timestamp } from "../clock.ts";
import { digestOf } from "../crypto/digest.ts";
import { labelled } from "../crypto/labels.ts";
import { isSoundPublicKey, sign, verify } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, signatureSchema, timestampSchema } from "../names.ts";
import type { Vault } from "../vault/vault.ts";
import { ALGORITHMS } from "./algorithm.ts";
import { findKey } from "./find.ts";
import { isOf } from "./fingerprint.ts";
import { keyReferenceSchema, referenceTo } from "./reference.ts";
import { wrappingKey } from "./rsa-recipient.ts";
import { requireWrappingKey, WRAPPING_KEY } from "./wrapping-key.ts";

export const transferRequestSchema = z.strictObject({
  type: z.literal("transfer-request"),
  version: z.literal(1),
  vault: idSchema,
  /** What people call the vault. */
  name: nameSchema,
  epoch: idSchema,
  genesis: digestSchema,
  hostKey: publicKeySchema,
  rehearsal: z.boolean(),
  /** The key of that vault that unwraps what is sent, once. */
  wrappingKey: keyReferenceSchema,
  /** Its public half: SubjectPublicKeyInfo in PEM. */
  publicKey: z
    .string()
    .max(4096)
    .refine(isWrappingKey, `must be an RSA public key as those of ${WRAPPING_KEY.algorithm} are, in PEM`),
  /** When it expires. */
  expires: timestampSchema,
  time: timestampSchema,
});

/** What a vault says of itself to be sent a key. */
export type TransferRequest = z.infer<typeof transferRequestSchema>;

const requestFileSchema = z.strictObject({ request: transferRequestSchema, signature: signatureSchema });

/** SHA-256 of a request: what its words are of. */
export function transferRequestDigest(request: TransferRequest): string {
  return digestOf("transferRequest", canonicalJson(request));
}

/**
 * Ask to be sent a key: the bytes of a request, signed by the host. The vault stays locked.
 * @param name of a wrapping key, NAME or KEYRING/NAME
 * @throws ConclaveError NOT_FOUND, USAGE; REFUSED it is no wrapping key, used up, or past its end
 */
export async function writeTransferRequest(
  vault: Vault,
  name: string,
): Promise<{ request: TransferRequest; bytes: Uint8Array }> {
  const { key, keyring } = await findKey(vault.reader, name);
  const time = timestamp(vault.clock());
  const reference = referenceTo(key, keyring);
  const { version } = await requireWrappingKey(vault.reader, reference, time);
  const { publicKey, deactivateAt } = version;
  if (publicKey === null || deactivateAt === null) throw new TypeError("a wrapping key without public half or end");
  const { id, name: vaultName, epoch, genesis, hostKey, rehearsal } = vault.identity;
  const request: TransferRequest = {
    type: "transfer-request",
    version: 1,
    vault: id,
    name: vaultName,
    epoch,
    genesis,
    hostKey,
    rehearsal: rehearsal === 1,
    wrappingKey: reference,
    publicKey,
    expires: deactivateAt,
    time,
  };
  return { request, bytes: canonicalFile({ request, signature: signRequest(request, vault.hostKey()) }) };
}

/** @throws ConclaveError INPUT_MALFORMED: it is none, or not signed by the host key in it */
export function parseTransferRequest(bytes: Uint8Array): TransferRequest {
  const refuse = (problem: string) =>
    new ConclaveError("INPUT_MALFORMED", `not a request for a key: ${problem}`, {
      suggestions: ["Ask whoever keeps the other vault for the file again"],
    });
  const { request, signature } = parseCanonicalFile(bytes, requestFileSchema, refuse);
  const { hostKey } = request;
  if (!isSoundPublicKey(hostKey) || !verify(hostKey, labelled("transferRequest", canonicalJson(request)), signature))
    throw refuse("the host's signature does not verify: the file was altered");
  return request;
}

function signRequest(request: TransferRequest, hostKey: KeyObject): string {
  return sign(hostKey, labelled("transferRequest", canonicalJson(request)));
}

function isWrappingKey(pem: string): boolean {
  const { publicKey } = ALGORITHMS[WRAPPING_KEY.algorithm];
  return wrappingKey(pem) !== undefined && isOf(publicKey, createPublicKey(pem));
}
