import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt } from "node:crypto";
import { concat } from "../bytes.ts";
import { equalBytes } from "./constant-time.ts";
import { randomBytes } from "./random.ts";

const RAW = { padding: constants.RSA_NO_PADDING };
const TRAILER = 0xbc;

type Hash = "sha256" | "sha384" | "sha512";

/**
 * RSASSA-PSS of a digest that was made elsewhere (RFC 8017 section 8.1), with the salt as long as it and MGF1 with the
 * same hash. Node signs messages only.
 *
 * @param key RSA, 2048 bits at least; private
 * @param digest as long as the hash makes it
 */
export function signDigestByPss(hash: Hash, key: KeyObject, digest: Uint8Array): Uint8Array {
  const encoded = encode(hash, digest, randomBytes(digest.length), modulusBits(key) - 1);
  const padded = concat(new Uint8Array(Math.ceil(modulusBits(key) / 8) - encoded.length), encoded);
  return Uint8Array.from(privateEncrypt({ key, ...RAW }, padded));
}

/** Whether a signature is the key's over a message of that digest (RFC 8017 section 9.1.2). @param key public */
export function verifyDigestByPss(hash: Hash, key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const bits = modulusBits(key) - 1;
  if (signature.length !== Math.ceil((bits + 1) / 8)) return false;
  let padded: Uint8Array;
  try {
    padded = publicDecrypt({ key, ...RAW }, signature);
  } catch {
    return false; // a number as large as the modulus
  }
  const length = Math.ceil(bits / 8);
  const encoded = padded.subarray(padded.length - length);
  if (padded.subarray(0, padded.length - length).some((byte) => byte !== 0)) return false;
  const maskEnd = length - digest.length - 1;
  const block = unmasked(hash, encoded.subarray(0, maskEnd), encoded.subarray(maskEnd, length - 1), bits);
  if (((encoded[0] ?? 0) & ~(0xff >> (8 * length - bits))) !== 0) return false;
  return equalBytes(encode(hash, digest, block.subarray(maskEnd - digest.length), bits), encoded);
}

/** EMSA-PSS-ENCODE (RFC 8017 section 9.1.1). @param bits of what is encoded */
function encode(hash: Hash, digest: Uint8Array, salt: Uint8Array, bits: number): Uint8Array {
  const length = Math.ceil(bits / 8);
  const h = Uint8Array.from(createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest());
  const block = new Uint8Array(length - h.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  return concat(unmasked(hash, block, h, bits), h, Uint8Array.of(TRAILER));
}

/** The block under, or without, the mask that its hash makes; what stands above `bits` is zero. */
function unmasked(hash: Hash, block: Uint8Array, h: Uint8Array, bits: number): Uint8Array {
  const mask = mgf1(hash, h, block.length);
  const result = block.map((byte, i) => byte ^ (mask[i] ?? 0));
  result[0] = (result[0] ?? 0) & (0xff >> (8 * Math.ceil(bits / 8) - bits));
  return result;
}

/** RFC 8017 appendix B.2.1. */
function mgf1(hash: Hash, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0, made = 0; made < length; i++) {
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, i);
    const part = createHash(hash).update(seed).update(counter).digest();
    parts.push(part);
    made += part.length;
  }
  return concat(...parts).subarray(0, length);
}

function modulusBits(key: KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new TypeError("PSS needs an RSA key");
  return bits;
}
