import { decapsulate, encapsulate, type KeyObject } from "node:crypto";
import { Secret } from "../secret.ts";

/** A fresh shared secret, and what gives it to whoever has the private key. */
export interface Encapsulated {
  /** The caller's to dispose of. */
  secret: Secret;
  ciphertext: Uint8Array;
}

/** First byte of a point that is written as DHKEM writes it (SEC 1 section 2.3.3). */
const UNCOMPRESSED = 4;

/**
 * ML-KEM.Encaps (FIPS 203 section 7.2), or Encap of DHKEM (RFC 9180 section 4.1): DHKEM(X25519, HKDF-SHA256),
 * DHKEM(P-256, HKDF-SHA256), DHKEM(P-384, HKDF-SHA384), DHKEM(P-521, HKDF-SHA512). OpenSSL has them all.
 *
 * @param publicKey ML-KEM, X25519, or on one of these curves
 * @returns a secret of 32 bytes; 48 with P-384, 64 with P-521
 */
export function encapsulateTo(publicKey: KeyObject): Encapsulated {
  const { sharedKey, ciphertext } = encapsulate(publicKey);
  return { secret: owned(sharedKey), ciphertext: Uint8Array.from(ciphertext) };
}

/**
 * ML-KEM.Decaps (FIPS 203 section 7.3), or Decap of DHKEM (RFC 9180 section 4.1).
 *
 * A ciphertext that was altered gives another secret, if any, not an error: whatever it opens must prove itself.
 * @param privateKey as `encapsulateTo` takes its public half
 * @returns as long as `encapsulateTo` makes it, the caller's to dispose of; undefined for a ciphertext of another length,
 *   no uncompressed point of the curve, or one of X25519 that gives a secret of zeros (RFC 9180 section 7.1.4)
 */
export function decapsulateBy(privateKey: KeyObject, ciphertext: Uint8Array): Secret | undefined {
  // OpenSSL takes the hybrid form too, which RFC 9180 section 7.1.1 does not have.
  if (privateKey.asymmetricKeyType === "ec" && ciphertext[0] !== UNCOMPRESSED) return undefined;
  try {
    return owned(decapsulate(privateKey, ciphertext));
  } catch {
    return undefined;
  }
}

function owned(bytes: Buffer): Secret {
  return new Secret(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
