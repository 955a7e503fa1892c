import { constants, type KeyObject, privateDecrypt, publicEncrypt } from "node:crypto";
import { Secret } from "../secret.ts";

/** RSAES-OAEP with SHA-256, MGF1 with SHA-256, an empty label (RFC 8017 section 7.1). */
const OAEP_SHA256 = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

/** Bytes of an RSA modulus that OAEP with SHA-256 doesn't leave to the message. */
const OVERHEAD = 2 * 32 + 2;

/**
 * Wrap a secret to an RSA key by OAEP with SHA-256 (RFC 8017 section 7.1).
 *
 * @param publicKey RSA
 * @param secret as long as `oaepCapacity` says, at most; stays the caller's
 * @returns as many bytes as the modulus
 * @throws {RangeError} a longer secret
 */
export function wrapByOaep(publicKey: KeyObject, secret: Secret): Uint8Array {
  const capacity = oaepCapacity(publicKey);
  if (secret.length > capacity) throw new RangeError(`OAEP under this key takes ${capacity} bytes at most`);
  return Uint8Array.from(publicEncrypt({ key: publicKey, ...OAEP_SHA256 }, secret.reveal()));
}

/**
 * Unwrap what `wrapByOaep` returned.
 *
 * @param privateKey RSA
 * @returns the caller's to dispose of; undefined if it does not open, for whatever reason: nothing more is told
 */
export function unwrapByOaep(privateKey: KeyObject, wrapped: Uint8Array): Secret | undefined {
  if (wrapped.length !== modulusBytes(privateKey)) return undefined;
  try {
    const opened = privateDecrypt({ key: privateKey, ...OAEP_SHA256 }, wrapped);
    return new Secret(new Uint8Array(opened.buffer, opened.byteOffset, opened.byteLength));
  } catch {
    return undefined;
  }
}

/** How many bytes OAEP with SHA-256 can wrap to an RSA key. */
export function oaepCapacity(key: KeyObject): number {
  return modulusBytes(key) - OVERHEAD;
}

/** @throws {TypeError} no RSA key */
function modulusBytes(key: KeyObject): number {
  const bits = key.asymmetricKeyType === "rsa" ? key.asymmetricKeyDetails?.modulusLength : undefined;
  if (bits === undefined) throw new TypeError("OAEP needs an RSA key");
  return Math.ceil(bits / 8);
}
