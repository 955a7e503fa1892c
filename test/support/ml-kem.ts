import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { concat, fromHex } from "../../src/lib/bytes.ts";
import { encapsulateTo } from "../../src/lib/crypto/key-encapsulation.ts";

export const ML_KEM_TYPES = ["ml-kem-512", "ml-kem-768", "ml-kem-1024"] as const;
export type MlKemType = (typeof ML_KEM_TYPES)[number];

/** Of FIPS 203 table 3, in bytes. */
export const ML_KEM_LENGTHS = {
  "ml-kem-512": { publicKey: 800, privateKey: 1632, ciphertext: 768 },
  "ml-kem-768": { publicKey: 1184, privateKey: 2400, ciphertext: 1088 },
  "ml-kem-1024": { publicKey: 1568, privateKey: 3168, ciphertext: 1568 },
} as const;

/** A private key of its 64 bytes of seed: PKCS#8 as RFC 9935 has it. */
export function keyOfSeed(type: MlKemType, seed: Uint8Array): KeyObject {
  const arc = { "ml-kem-512": 1, "ml-kem-768": 2, "ml-kem-1024": 3 }[type];
  const prefix = fromHex(`3054020100300b0609608648016503040 4 0${arc}0442 8040`.replaceAll(" ", ""));
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" });
}

/** A private key of its expanded form (FIPS 203), as RFC 9935 writes it; undefined if it can't be read. */
export function keyOfExpanded(type: MlKemType, expanded: Uint8Array): KeyObject | undefined {
  const der = long(0x30, concat(fromHex("020100"), oidOf(type), long(0x04, long(0x04, expanded))));
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  } catch {
    return undefined;
  }
}

/** A public key of its bytes (FIPS 203), as RFC 9935 writes it; undefined if it can't be read. */
export function publicKeyOf(type: MlKemType, bytes: Uint8Array): KeyObject | undefined {
  const der = long(0x30, concat(oidOf(type), long(0x03, concat(Uint8Array.of(0), bytes))));
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/** DER of more than 255 bytes. */
function long(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff), content);
}

function oidOf(type: MlKemType): Uint8Array {
  const arc = { "ml-kem-512": 1, "ml-kem-768": 2, "ml-kem-1024": 3 }[type];
  return fromHex(`300b060960864801650304040${arc}`);
}

/** Whether our function encapsulates to it. */
export function encapsulates(key: KeyObject | undefined): boolean {
  if (key === undefined) return false;
  try {
    using _ = encapsulateTo(key).secret;
    return true;
  } catch {
    return false;
  }
}
