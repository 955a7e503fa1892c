import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { base64, fromBase64 } from "../bytes.ts";
import { wrapByRsaAes } from "../crypto/rsa-aes-wrap.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, timestampSchema } from "../names.ts";
import type { Secret } from "../secret.ts";
import type { Row } from "../storage/tables.ts";
import { ALGORITHM_NAMES, type Algorithm, USAGES, type Usage } from "./algorithm.ts";
import { tagsSchema } from "./new-key.ts";
import { keyReferenceSchema } from "./reference.ts";
import { KEY_STATES, type KeyState, permittedUsages } from "./state.ts";
import { type TransferRequest, transferRequestDigest } from "./transfer-request.ts";

/** Where a key that was sent comes from. */
const originSchema = z.strictObject({
  vault: idSchema,
  /** What people call that vault. */
  name: nameSchema,
  epoch: idSchema,
  genesis: digestSchema,
  hostKey: publicKeySchema,
  rehearsal: z.boolean(),
});

const transferSchema = z.strictObject({
  type: z.literal("transfer"),
  version: z.literal(1),
  from: originSchema,
  /** The request that it answers: the vault, its wrapping key, SHA-256. */
  to: z.strictObject({ vault: idSchema, wrappingKey: keyReferenceSchema, request: digestSchema }),
  key: z.strictObject({
    ...keyReferenceSchema.shape,
    version: z.int().positive(),
    state: z.enum(KEY_STATES),
    algorithm: z.enum(ALGORITHM_NAMES),
    /** Those that its state still permits, in the order of `USAGES`: what it may be used for at most. */
    usages: z.array(z.enum(USAGES)).min(1).max(USAGES.length),
    tags: tagsSchema,
    cryptoperiodSeconds: z.int().positive().nullable(),
    checkValue: z
      .string()
      .regex(/^[0-9a-f]{10}$/)
      .nullable(),
    fingerprint: digestSchema.nullable(),
  }),
  time: timestampSchema,
  /** The material, as CKM_RSA_AES_KEY_WRAP wraps it to the request's key, in base64. */
  wrapped: z.base64().max(2 * LIMITS.importBytes),
});

/** A key on its way from one vault to another. */
export type Transfer = z.infer<typeof transferSchema>;
export type TransferOrigin = z.infer<typeof originSchema>;

/** What of a key may travel: all before it is used, later what its state still permits. */
export function transferableUsages(state: KeyState, usages: readonly Usage[]): Usage[] {
  return state === "pre-active" ? [...usages] : permittedUsages(state, usages);
}

/** What is sent, beside the material. */
export interface Sent {
  from: TransferOrigin;
  key: Row<"keys">;
  keyring: Row<"keyrings">;
  version: Row<"keyVersions">;
  /** Of the version, at the time. */
  state: KeyState;
  tags: Record<string, string>;
  time: string;
}

/** The bytes of the file that takes a key to the vault of a request. */
export function writeTransfer(request: TransferRequest, sent: Sent, material: Secret): Uint8Array {
  const { from, key, keyring, version, state, tags, time } = sent;
  const transfer: Transfer = {
    type: "transfer",
    version: 1,
    from,
    to: { vault: request.vault, wrappingKey: request.wrappingKey, request: transferRequestDigest(request) },
    key: {
      id: key.id,
      name: key.name,
      keyring: { id: keyring.id, name: keyring.name },
      version: version.version,
      state,
      algorithm: key.algorithm as Algorithm,
      usages: transferableUsages(state, JSON.parse(key.usages)),
      tags,
      cryptoperiodSeconds: key.cryptoperiodSeconds,
      checkValue: version.checkValue,
      fingerprint: version.fingerprint,
    },
    time,
    wrapped: base64(wrapByRsaAes(createPublicKey(request.publicKey), material)),
  };
  return canonicalFile(transfer);
}

/** @param name of the file, for the message. @throws ConclaveError INPUT_MALFORMED */
export function parseTransfer(bytes: Uint8Array, name: string): Transfer {
  return parseCanonicalFile(bytes, transferSchema, (problem) => malformed(name, problem));
}

/** The wrapped material of a transfer. */
export function wrappedOf({ wrapped }: Transfer): Uint8Array {
  return fromBase64(wrapped);
}

function malformed(name: string, problem: string): ConclaveError {
  return new ConclaveError("INPUT_MALFORMED", `${name}: not a key that another vault sent: ${problem}`, {
    suggestions: ["Ask whoever keeps the other vault for the file again"],
  });
}
