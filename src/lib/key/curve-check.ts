import { createECDH, ECDH } from "node:crypto";
import { equalBytes } from "../crypto/constant-time.ts";
import { malformedKey, weakKey } from "./refused-key.ts";

/** Curves by the hexadecimal digits of their object identifiers (RFC 5480 section 2.1.1.1, SEC 2): Node's name, bytes of a number. */
const CURVES: Readonly<Record<string, { name: string; length: number }>> = {
  "2a8648ce3d030107": { name: "prime256v1", length: 32 },
  "2b81040022": { name: "secp384r1", length: 48 },
  "2b81040023": { name: "secp521r1", length: 66 },
  "2b8104000a": { name: "secp256k1", length: 32 },
};

/** First byte of a point, compressed or not (SEC 1 section 2.3.3); both at once is for nobody (RFC 5480 section 2.2). */
const FORMS = [2, 3, 4];

/**
 * Refuse a key on a curve that isn't one, or is weak (SP 800-56A rev. 3 section 5.6.2).
 *
 * @param curve digits of its object identifier
 * @param scalar the private half
 * @param point the public half as it was given beside it, if it was (SEC 1 section 2.3.3)
 * @returns the public half, uncompressed
 * @throws ConclaveError REFUSED naming what is wrong; INPUT_MALFORMED a number of another length
 */
export function checkCurve(curve: string, scalar: Uint8Array, point: Uint8Array | undefined): Uint8Array {
  const known = CURVES[curve];
  if (known === undefined) throw weakKey("a curve that the vault doesn't know: P-256, P-384, P-521, secp256k1");
  if (scalar.length !== known.length) {
    throw malformedKey(`a private scalar of ${scalar.length} bytes, ${known.name} has ${known.length}`);
  }
  if (scalar.subarray(known.length === 66 ? 2 : 0, known.length / 2).every((byte) => byte === 0)) {
    throw weakKey("the private scalar is 0, or far too small");
  }
  const derived = pointOf(known.name, scalar);
  if (point !== undefined) assertPoint(known.name, point, derived);
  return derived;
}

/** The public half of a scalar, uncompressed. */
function pointOf(name: string, scalar: Uint8Array): Uint8Array {
  const ecdh = createECDH(name);
  try {
    ecdh.setPrivateKey(scalar);
  } catch {
    throw weakKey("the private scalar is not below the order of the curve");
  }
  return ecdh.getPublicKey();
}

function assertPoint(name: string, point: Uint8Array, derived: Uint8Array): void {
  if (point.length === 1 && point[0] === 0) throw weakKey("the public half is the point at infinity");
  const given = FORMS.includes(point[0] ?? 0) ? uncompressed(name, point) : undefined;
  if (given === undefined) throw weakKey("the public half is not a point of the curve");
  if (!equalBytes(given, derived)) throw weakKey("the public half does not belong to the private one");
}

/** @returns undefined if it isn't on the curve */
function uncompressed(name: string, point: Uint8Array): Uint8Array | undefined {
  try {
    const converted = ECDH.convertKey(point, name, undefined, undefined, "uncompressed");
    return typeof converted === "string" ? Buffer.from(converted, "latin1") : converted;
  } catch {
    return undefined; // OpenSSL tells nothing more of it
  }
}
