import { createPublicKey, type KeyObject } from "node:crypto";
import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import type { PublicKeyType } from "./algorithm.ts";

/**
 * SHA-256 of a public key's SubjectPublicKeyInfo in DER, 64 hex digits.
 *
 * @param publicKey SubjectPublicKeyInfo in PEM
 * @param wanted what it must be
 * @returns undefined for anything else: another type or size, another spelling, a private key
 */
export function fingerprint(publicKey: string, wanted: PublicKeyType): string | undefined {
  try {
    const key = createPublicKey(publicKey); // takes a private key too
    const same = isOf(wanted, key) && key.export({ format: "pem", type: "spki" }) === publicKey;
    return same ? hex(sha256(key.export({ format: "der", type: "spki" }))) : undefined;
  } catch {
    return undefined; // no key at all
  }
}

/** Whether a key is of a type, on its curve, of its size. */
export function isOf({ type, namedCurve, modulusLength }: PublicKeyType, key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails ?? {};
  return (
    key.asymmetricKeyType === type &&
    (namedCurve === undefined || details.namedCurve === namedCurve) &&
    (modulusLength === undefined || details.modulusLength === modulusLength)
  );
}
