import { createPublicKey } from "node:crypto";
import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";

/**
 * SHA-256 of a public key's SubjectPublicKeyInfo in DER, 64 hex digits.
 * @param publicKey SubjectPublicKeyInfo in PEM
 * @throws {Error} not a public key
 */
export function fingerprint(publicKey: string): string {
  return hex(sha256(createPublicKey(publicKey).export({ format: "der", type: "spki" })));
}
