import { createPublicKey } from "node:crypto";
import { ConclaveError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import type { Algorithm } from "./algorithm.ts";
import { assertDigest, verifyDigest } from "./digest-signature.ts";
import { findKey } from "./find.ts";
import { type Scheme, type SignatureFormat, schemesOf, verifyMessage } from "./signature-scheme.ts";
import { assertUsable } from "./use.ts";

export interface SignatureCheck {
  /** NAME or KEYRING/NAME. */
  key: string;
  /** The current one if not given. */
  version: number | undefined;
  /** The algorithm's default if not given. */
  scheme: Scheme | undefined;
  format: SignatureFormat;
  message: Uint8Array;
  /** Whether `message` is the digest of it. */
  digest: boolean;
  signature: Uint8Array;
  /** Whether a compromised key's signature is taken. */
  acceptCompromised: boolean;
}

export interface CheckedSignature {
  good: boolean;
  key: string;
  keyring: string;
  version: number;
  scheme: Scheme;
}

/**
 * Check a signature with the public half of a key, which needs no quorum.
 * @param time at which the key's state is looked at
 * @throws ConclaveError NOT_FOUND, USAGE; REFUSED by the key's state
 */
export async function checkSignature(state: Reader, check: SignatureCheck, time: string): Promise<CheckedSignature> {
  const { key, keyring } = await findKey(state, check.key);
  const number = check.version ?? key.version;
  const path = `${keyring.name}/${key.name}`;
  const version = await state.find("keyVersions", { key: key.id, version: number });
  if (version === undefined) throw new ConclaveError("NOT_FOUND", `key ${path} has no version ${number}`);
  assertUsable(path, key, version, "verify", time, check.acceptCompromised);
  const schemes = schemesOf(key.algorithm as Algorithm);
  const scheme = check.scheme ?? schemes[0];
  if (scheme === undefined || version.publicKey === null || !schemes.includes(scheme))
    throw new ConclaveError("USAGE", `a key of ${key.algorithm} signs by ${schemes.join(", ") || "nothing"}`);
  const { format, message, signature, digest } = check;
  if (digest) assertDigest(scheme, message);
  const make = digest ? verifyDigest : verifyMessage;
  const good = make(scheme, format, createPublicKey(version.publicKey), message, signature);
  return { good, key: key.name, keyring: keyring.name, version: number, scheme };
}
