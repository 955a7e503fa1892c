import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

/** Bytes of the only nonce that is taken: what SP 800-38D recommends. */
export const GCM_NONCE_LENGTH = 12;
/** Bytes of a tag, which stands after the ciphertext: never a shorter one. */
export const GCM_TAG_LENGTH = 16;

/** What comes out lies in pieces of so many bytes: memory that the C library gives out again at once. */
const STEP = 64 * 1024;

type Key = KeyObject | Uint8Array;

/**
 * AES-GCM (SP 800-38D), the only way to it in Conclave.
 *
 * @param key 16, 24 or 32 bytes
 * @param nonce 12 bytes, never to be used twice under one key
 * @returns ciphertext and tag, in pieces; each its own memory
 * @throws {RangeError} another length of key or nonce
 */
export function sealByGcm(key: Key, nonce: Uint8Array, plain: Uint8Array, associated?: Uint8Array): Uint8Array[] {
  const cipher = createCipheriv(cipherName(key, nonce), key, nonce, { authTagLength: GCM_TAG_LENGTH });
  if (associated !== undefined) cipher.setAAD(associated);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < plain.length; at += STEP) pieces.push(cipher.update(plain.subarray(at, at + STEP)));
  cipher.final();
  return [...pieces, cipher.getAuthTag()];
}

/**
 * Open what `sealByGcm` returned.
 *
 * @returns the plaintext, in pieces; undefined if it doesn't open
 * @throws {RangeError} another length of key or nonce
 */
export function openByGcm(
  key: Key,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated?: Uint8Array,
): Uint8Array[] | undefined {
  const name = cipherName(key, nonce);
  const length = sealed.length - GCM_TAG_LENGTH;
  if (length < 0) return undefined;
  const decipher = createDecipheriv(name, key, nonce, { authTagLength: GCM_TAG_LENGTH });
  if (associated !== undefined) decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(length));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < length; at += STEP)
    pieces.push(decipher.update(sealed.subarray(at, Math.min(at + STEP, length))));
  try {
    decipher.final();
    return pieces;
  } catch {
    for (const piece of pieces) piece.fill(0);
    return undefined;
  }
}

function cipherName(key: Key, nonce: Uint8Array): "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm" {
  const bits = 8 * (key instanceof Uint8Array ? key.length : (key.symmetricKeySize ?? 0));
  if (bits !== 128 && bits !== 192 && bits !== 256) throw new RangeError("an AES key has 16, 24 or 32 bytes");
  if (nonce.length !== GCM_NONCE_LENGTH) throw new RangeError(`a nonce of ${nonce.length} bytes`);
  return `aes-${bits}-gcm`;
}
