import { x25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { concat, utf8 } from "../../src/lib/bytes.ts";

/** Curves of RFC 9180 section 7.1 that keys of the vault lie on. */
export const DH_KEMS = ["X25519", "P-256", "P-384", "P-521"] as const;
export type DhKem = (typeof DH_KEMS)[number];

/** DHKEM by other hands than OpenSSL's: noble's curves and hashes. */
export const DH_KEM_ROWS = {
  X25519: { id: 0x20, hash: sha256, length: 32, publicKey: x25519.getPublicKey, agree: x25519.getSharedSecret },
  "P-256": { id: 0x10, hash: sha256, length: 32, ...nist(p256) },
  "P-384": { id: 0x11, hash: sha384, length: 48, ...nist(p384) },
  "P-521": { id: 0x12, hash: sha512, length: 64, ...nist(p521) },
} as const;

function nist(curve: typeof p256) {
  return {
    publicKey: (scalar: Uint8Array) => curve.getPublicKey(scalar, false),
    agree: (scalar: Uint8Array, point: Uint8Array) => curve.getSharedSecret(scalar, point).subarray(1),
  };
}

/** ExtractAndExpand (RFC 9180 section 4.1) of what Diffie-Hellman gave. */
export function extractAndExpand(kem: DhKem, agreed: Uint8Array, encapsulated: Uint8Array, recipient: Uint8Array) {
  const { id, hash, length } = DH_KEM_ROWS[kem];
  const suite = concat(utf8("HPKE-v1KEM"), Uint8Array.of(0, id));
  const extracted = extract(hash, concat(suite, utf8("eae_prk"), agreed));
  const info = concat(Uint8Array.of(0, length), suite, utf8("shared_secret"), encapsulated, recipient);
  return expand(hash, extracted, info, length);
}

/** Decap, of a private key's bytes. */
export function decapsulateByNoble(kem: DhKem, scalar: Uint8Array, encapsulated: Uint8Array): Uint8Array {
  const { agree, publicKey } = DH_KEM_ROWS[kem];
  return extractAndExpand(kem, agree(scalar, encapsulated), encapsulated, publicKey(scalar));
}
