import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, fromHex, hex } from "../bytes.ts";
import type { Secret } from "../secret.ts";
import { randomSecret } from "./random.ts";

const SEED_LENGTH = 32;

/** DER before the 32 bytes of an Ed25519 key (RFC 8410 sections 4 and 7). */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");
const SPKI_PREFIX = fromHex("302a300506032b6570032100");

/** The seed of a new Ed25519 key (RFC 8032 section 5.1.5): 32 random bytes, the caller's to dispose of. */
export function generateSigningSeed(): Secret {
  return randomSecret(SEED_LENGTH);
}

/**
 * The Ed25519 private key of a seed. Its bytes lie outside the JavaScript heap, until it is collected.
 *
 * @param seed 32 bytes; stays the caller's
 * @throws {RangeError} another length
 */
export function signingKey(seed: Secret): KeyObject {
  if (seed.length !== SEED_LENGTH) throw new RangeError(`an Ed25519 seed has ${SEED_LENGTH} bytes`);
  const der = concat(PKCS8_PREFIX, seed.reveal());
  try {
    return createPrivateKey({ key: view(der), format: "der", type: "pkcs8" });
  } finally {
    der.fill(0);
  }
}

/** A new Ed25519 key for a host. */
export function newHostKey(): KeyObject {
  using seed = generateSigningSeed();
  return signingKey(seed);
}

/** The public key of an Ed25519 key, 64 lower-case hexadecimal digits. */
export function publicKeyOf(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ format: "der", type: "spki" }).subarray(SPKI_PREFIX.length).toString("hex");
}

/**
 * Sign `message` by Ed25519 (RFC 8032 section 5.1.6), without prehashing.
 *
 * @param message begins with its label: see `labelled`
 * @returns 128 lower-case hexadecimal digits
 */
export function sign(key: KeyObject, message: Uint8Array): string {
  return hex(signBytes(null, message, key));
}

/**
 * Whether `signature` is the key's over `message` (RFC 8032 section 5.1.7, without the cofactor).
 *
 * Under a public key that `isSoundPublicKey` refuses, one signature may verify for every message.
 *
 * @param publicKey 64 lower-case hexadecimal digits; anything else verifies nothing
 * @param signature 128 lower-case hexadecimal digits; anything else is false
 */
export function verify(publicKey: string, message: Uint8Array, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(publicKey) || !/^[0-9a-f]{128}$/.test(signature)) return false;
  const der = view(concat(SPKI_PREFIX, fromHex(publicKey)));
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verifyBytes(null, message, key, fromHex(signature));
}

/**
 * Whether a public key may be enrolled: the canonical encoding (RFC 8032 section 5.1.3) of a point of
 * the curve that isn't one of the eight of small order, under which signatures prove nothing.
 */
export function isSoundPublicKey(publicKey: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(publicKey)) return false;
  try {
    return !ed25519.Point.fromBytes(fromHex(publicKey)).isSmallOrder();
  } catch {
    return false; // not a point, or not its canonical encoding
  }
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
