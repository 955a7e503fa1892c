import { createCipheriv, createDecipheriv } from "node:crypto";
import { Secret } from "../secret.ts";

/** The alternative initial value of RFC 5649 section 3, before the length. */
const INITIAL_VALUE = Uint8Array.of(0xa6, 0x59, 0x59, 0xa6);
const BLOCK = 8;
const KEY_LENGTHS = [16, 24, 32];

/**
 * Wrap key material by AES key wrap with padding (AES-KWP: RFC 5649, SP 800-38F section 6.3).
 *
 * @param key 16, 24 or 32 bytes; stays the caller's
 * @param material 1 byte at least; stays the caller's
 * @returns 8 to 15 bytes longer than the material, a multiple of 8
 * @throws {RangeError} another length of the key, no material
 */
export function wrapKey(key: Secret, material: Secret): Uint8Array {
  const cipherName = nameOf(key);
  if (material.length === 0) throw new RangeError("no key material to wrap");
  const cipher = createCipheriv(cipherName, key.reveal(), INITIAL_VALUE);
  const wrapped = Uint8Array.from(cipher.update(material.reveal()));
  cipher.final();
  return wrapped;
}

/**
 * Unwrap what `wrapKey` returned.
 *
 * @param key 16, 24 or 32 bytes; stays the caller's
 * @returns the material, the caller's to dispose of; undefined if it does not open: another key, a change of any bit,
 *   a length that is no multiple of 8, padding that isn't zero
 * @throws {RangeError} another length of the key
 */
export function unwrapKey(key: Secret, wrapped: Uint8Array): Secret | undefined {
  const cipherName = nameOf(key);
  if (wrapped.length < 2 * BLOCK || wrapped.length % BLOCK !== 0) return undefined; // OpenSSL takes some of them
  const decipher = createDecipheriv(cipherName, key.reveal(), INITIAL_VALUE);
  try {
    const opened = decipher.update(wrapped);
    const material = new Secret(new Uint8Array(opened.buffer, opened.byteOffset, opened.byteLength));
    decipher.final();
    return material;
  } catch {
    return undefined; // OpenSSL tells nothing more of it
  }
}

function nameOf(key: Secret): string {
  if (!KEY_LENGTHS.includes(key.length)) throw new RangeError("an AES key has 16, 24 or 32 bytes");
  return `id-aes${8 * key.length}-wrap-pad`;
}
