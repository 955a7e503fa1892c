import { decapsulate, encapsulate, type KeyObject } from "node:crypto";
import { Secret } from "../secret.ts";

/** A fresh shared secret, and what gives it to whoever has the private key. */
export interface Encapsulated {
  /** 32 bytes; the caller's to dispose of. */
  secret: Secret;
  ciphertext: Uint8Array;
}

/** ML-KEM.Encaps (FIPS 203 section 7.2). @param publicKey ML-KEM */
export function encapsulateTo(publicKey: KeyObject): Encapsulated {
  const { sharedKey, ciphertext } = encapsulate(publicKey);
  return { secret: owned(sharedKey), ciphertext: Uint8Array.from(ciphertext) };
}

/**
 * ML-KEM.Decaps (FIPS 203 section 7.3).
 *
 * A ciphertext that was altered gives another secret, not an error: whatever it opens must prove itself.
 * @param privateKey ML-KEM
 * @returns 32 bytes, the caller's to dispose of; undefined for a ciphertext of another length
 */
export function decapsulateBy(privateKey: KeyObject, ciphertext: Uint8Array): Secret | undefined {
  try {
    return owned(decapsulate(privateKey, ciphertext));
  } catch {
    return undefined;
  }
}

function owned(bytes: Buffer): Secret {
  return new Secret(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
