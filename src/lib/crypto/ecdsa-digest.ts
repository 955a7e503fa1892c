import { createPublicKey, type KeyObject } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { Secret } from "../secret.ts";
import { view } from "./signature.ts";

/** By Node's names. */
const CURVES = { prime256v1: p256, secp384r1: p384, secp521r1: p521, secp256k1 } as const;
/** A SEC 1 private key begins with version 1 and the tag of an octet string, then come its length and the number. */
const BEFORE_SCALAR = Buffer.from([0x02, 0x01, 0x01, 0x04]);

/** Der: a SEQUENCE of two INTEGERs (X9.62); compact: both numbers side by side (IEEE P1363). */
type Format = "der" | "compact";

/**
 * ECDSA (FIPS 186-5) of a digest that was made elsewhere, with the nonce of RFC 6979. Node signs messages only; noble's
 * arithmetic in JavaScript is not promised to take the same time for every key.
 *
 * @param key elliptic curve, private
 */
export function signDigestByEcdsa(key: KeyObject, digest: Uint8Array, format: Format): Uint8Array {
  using scalar = scalarOf(key);
  return curveOf(key).sign(digest, scalar.reveal(), { prehash: false, lowS: false, format });
}

/** Whether a signature is the key's over a message of that digest. @param key elliptic curve, public */
export function verifyDigestByEcdsa(
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
  format: Format,
): boolean {
  const curve = curveOf(key);
  const spki = key.export({ format: "der", type: "spki" });
  const point = Uint8Array.from(spki.subarray(spki.length - 1 - 2 * curve.Point.Fp.BYTES));
  try {
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format });
  } catch {
    return false; // noble throws for some that it can't read
  }
}

function scalarOf(key: KeyObject): Secret {
  const exported = key.export({ format: "der", type: "sec1" });
  using der = new Secret(new Uint8Array(exported.buffer, exported.byteOffset, exported.byteLength));
  const at = view(der.reveal()).indexOf(BEFORE_SCALAR) + BEFORE_SCALAR.length;
  const length = der.reveal()[at] ?? 0;
  return der.slice(at + 1, at + 1 + length);
}

function curveOf(key: KeyObject) {
  const name = (key.type === "private" ? createPublicKey(key) : key).asymmetricKeyDetails?.namedCurve;
  const curve = CURVES[name as keyof typeof CURVES];
  if (curve === undefined) throw new TypeError(`no curve ${name}`);
  return curve;
}
