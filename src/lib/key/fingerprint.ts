import { createPublicKey } from "node:crypto";
import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";

/**
 * SHA-256 of a public key's SubjectPublicKeyInfo in DER, 64 hex digits.
 *
 * @param publicKey SubjectPublicKeyInfo in PEM
 * @param keyType Node's name for its type
 * @returns undefined for anything else: another type, another spelling, a private key
 */
export function fingerprint(publicKey: string, keyType: string): string | undefined {
  try {
    const key = createPublicKey(publicKey); // takes a private key too
    const same = key.asymmetricKeyType === keyType && key.export({ format: "pem", type: "spki" }) === publicKey;
    return same ? hex(sha256(key.export({ format: "der", type: "spki" }))) : undefined;
  } catch {
    return undefined; // no key at all
  }
}
