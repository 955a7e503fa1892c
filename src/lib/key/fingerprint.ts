import { createPublicKey, type KeyObject } from "node:crypto";
import { hex } from "../bytes.ts";
import { OBJECT_IDENTIFIER, readDer } from "../crypto/der.ts";
import { sha256 } from "../crypto/digest.ts";
import type { PublicKeyType } from "./algorithm.ts";

/** First byte of a point, after how many bits are unused (SEC 1 section 2.3.3). */
const UNCOMPRESSED = 4;

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
    if (!isOf(wanted, key) || key.export({ format: "pem", type: "spki" }) !== publicKey) return undefined;
    const der = key.export({ format: "der", type: "spki" });
    return isPlain(key, der) ? hex(sha256(der)) : undefined;
  } catch {
    return undefined; // no key at all
  }
}

/** Whether a curve stands there by its name, and the point uncompressed (RFC 5480 section 2): OpenSSL takes more. */
function isPlain(key: KeyObject, der: Uint8Array): boolean {
  if (key.asymmetricKeyType !== "ec") return true;
  const [identifier, bits] = readDer(der).members;
  return identifier?.members[1]?.tag === OBJECT_IDENTIFIER && bits?.content[1] === UNCOMPRESSED;
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
