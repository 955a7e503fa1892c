import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { hex } from "../bytes.ts";
import { aesCmac } from "../crypto/cmac.ts";
import { randomSecret } from "../crypto/random.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";

/** What a key may be used for (SP 800-57 part 1 rev. 5, section 5.3; KMIP's cryptographic usage mask). */
export type Usage = "encrypt" | "decrypt" | "wrap" | "unwrap" | "sign" | "verify" | "mac" | "derive";

export const USAGES = [
  "encrypt",
  "decrypt",
  "wrap",
  "unwrap",
  "sign",
  "verify",
  "mac",
  "derive",
] as const satisfies readonly Usage[];

/** New key material, with what may be told of it. */
export interface GeneratedKey {
  /** Symmetric: the key's bytes. Asymmetric: PKCS#8 in DER (RFC 5958). The caller's to dispose of. */
  material: Secret;
  /** Tells two symmetric keys apart: 10 hex digits; null if asymmetric. */
  checkValue: string | null;
  /** SubjectPublicKeyInfo in PEM (RFC 7468); null if symmetric. */
  publicKey: string | null;
}

/** What the public half of an algorithm's keys is: Node's name for the type, and what else tells it from others. */
export interface PublicKeyType {
  type: string;
  namedCurve?: string;
  modulusLength?: number;
}

/** AES-CMAC (SP 800-38B), or HMAC (FIPS 198-1) with a hash as Node.js spells it. */
export type MacFunction = "cmac" | "sha256" | "sha384" | "sha512";

/** The key itself; 32 random bytes that RSA-OAEP wraps to it; a shared secret that ML-KEM or DHKEM encapsulates to it. */
export type FileSecret = "key" | "oaep" | "kem";

/** What the material of a symmetric algorithm's keys is: bytes. */
export interface SymmetricType {
  /** Bytes of a key that is made here. */
  length: number;
  /** Fewest and most bytes of one that comes in. */
  shortest: number;
  longest: number;
  /** What its check value is the beginning of. */
  check(key: Uint8Array): Uint8Array;
}

/** All that there is to know of an algorithm. */
interface AlgorithmRow {
  title: string;
  /** A key serves one purpose (SP 800-57 part 1 rev. 5, section 5.2): its usages lie within one of these. The first is the default. */
  purposes: readonly (readonly Usage[])[];
  /** Null if it is symmetric. */
  publicKey: PublicKeyType | null;
  /** How a key for "mac" authenticates: AES-CMAC, or HMAC with that hash; null if it doesn't. */
  mac: MacFunction | null;
  /** What the secret from which a file's key is derived comes from; null if it encrypts nothing. */
  encryption: FileSecret | null;
  /** Null if it is asymmetric. */
  symmetric: SymmetricType | null;
  generate(): GeneratedKey;
}

/** First bytes of a check value: ANSI X9.24-1 gives 5 for AES. */
const CHECK_VALUE_BYTES = 5;

/** What such a key protects and opens, protects keys with, derives others from, or authenticates with. */
const AES_PURPOSES = [["encrypt", "decrypt"], ["wrap", "unwrap"], ["derive"], ["mac"]] as const;
const HMAC_PURPOSES = [["mac"], ["derive"]] as const;
const RSA_PURPOSES = [
  ["sign", "verify"],
  ["encrypt", "decrypt"],
  ["wrap", "unwrap"],
] as const;
/** Of a curve of which RFC 9180 has no KEM. */
const CURVE_PURPOSES = [["sign", "verify"], ["derive"]] as const;
const KEM_CURVE_PURPOSES = [["sign", "verify"], ["encrypt", "decrypt"], ["derive"]] as const;
const SIGNING = [["sign", "verify"]] as const;
/** A KEM's shared secret wraps a key, encrypts data, or is one that others are derived from. */
const KEM_PURPOSES = [["wrap", "unwrap"], ["encrypt", "decrypt"], ["derive"]] as const;
/** Of an algorithm that neither authenticates messages nor encrypts. */
const NEITHER = { mac: null, encryption: null } as const;

export const ALGORITHMS = {
  "aes-128": aes(128),
  "aes-192": aes(192),
  "aes-256": aes(256),
  "hmac-sha256": hmac(256),
  "hmac-sha384": hmac(384),
  "hmac-sha512": hmac(512),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
  "ec-p256": kemCurve("P-256", "prime256v1"),
  "ec-p384": kemCurve("P-384", "secp384r1"),
  "ec-p521": kemCurve("P-521", "secp521r1"),
  secp256k1: {
    title: "Elliptic curve secp256k1 (SEC 2)",
    purposes: CURVE_PURPOSES,
    publicKey: { type: "ec", namedCurve: "secp256k1" },
    ...NEITHER,
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync("ec", { namedCurve: "secp256k1" })),
  },
  ed25519: {
    title: "Ed25519 (RFC 8032)",
    purposes: SIGNING,
    publicKey: { type: "ed25519" },
    ...NEITHER,
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync("ed25519")),
  },
  x25519: {
    title: "X25519 (RFC 7748)",
    purposes: [["encrypt", "decrypt"], ["derive"]],
    publicKey: { type: "x25519" },
    mac: null,
    encryption: "kem",
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync("x25519")),
  },
  "ml-dsa-44": mlDsa("ml-dsa-44", "ML-DSA-44 (FIPS 204)"),
  "ml-dsa-65": mlDsa("ml-dsa-65", "ML-DSA-65 (FIPS 204)"),
  "ml-dsa-87": mlDsa("ml-dsa-87", "ML-DSA-87 (FIPS 204)"),
  "ml-kem-512": mlKem("ml-kem-512", "ML-KEM-512 (FIPS 203)"),
  "ml-kem-768": mlKem("ml-kem-768", "ML-KEM-768 (FIPS 203)"),
  "ml-kem-1024": mlKem("ml-kem-1024", "ML-KEM-1024 (FIPS 203)"),
  "secret-data": {
    title: "Secret data: 32 random bytes, or 16 to 4096 that are brought",
    purposes: [["derive"]],
    ...NEITHER,
    // A check value would tell of a shorter secret what it is.
    ...bytes({ length: 32, shortest: 16, longest: LIMITS.secretDataBytes, check: (key) => hmacOfZeros("sha256", key) }),
  },
} as const satisfies Record<string, AlgorithmRow>;

/** Name of an algorithm in `ALGORITHMS`. */
export type Algorithm = keyof typeof ALGORITHMS;

export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as [Algorithm, ...Algorithm[]];

/** The usages that a key of this algorithm has unless others are asked for. */
export function defaultUsages(algorithm: Algorithm): readonly Usage[] {
  return ALGORITHMS[algorithm].purposes[0];
}

/** Why these usages can't be those of one key, or undefined if they can. */
export function usagesProblem(algorithm: Algorithm, usages: readonly Usage[]): string | undefined {
  const purposes: readonly (readonly Usage[])[] = ALGORITHMS[algorithm].purposes;
  if (usages.length > 0 && purposes.some((purpose) => usages.every((usage) => purpose.includes(usage))))
    return undefined;
  const wanted = purposes.map((purpose) => purpose.join(" and ")).join(", or ");
  return `${usages.length === 0 ? "no usage" : usages.join(", ")}: one ${algorithm} key serves one purpose, ${wanted}`;
}

/**
 * The check value of a symmetric key: 10 hexadecimal digits.
 * @param key as long as the algorithm's keys are
 */
export function checkValueOf(symmetric: SymmetricType, key: Secret): string {
  return hex(symmetric.check(key.reveal()).subarray(0, CHECK_VALUE_BYTES));
}

/** What is the same of all symmetric algorithms. */
function bytes(symmetric: SymmetricType) {
  return {
    publicKey: null,
    symmetric,
    generate: () => {
      const material = randomSecret(symmetric.length);
      return { material, checkValue: checkValueOf(symmetric, material), publicKey: null };
    },
  } satisfies Partial<AlgorithmRow>;
}

function hmacOfZeros(hash: string, key: Uint8Array): Uint8Array {
  return createHmac(hash, key).update(new Uint8Array(16)).digest();
}

function asymmetric({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): GeneratedKey {
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const material = new Secret(new Uint8Array(der.buffer, der.byteOffset, der.byteLength));
  return { material, checkValue: null, publicKey: pem };
}

function aes(bits: 128 | 192 | 256) {
  const length = bits / 8;
  return {
    title: `AES, ${bits} bits (FIPS 197)`,
    purposes: AES_PURPOSES,
    mac: "cmac",
    encryption: "key",
    ...bytes({ length, shortest: length, longest: length, check: (key) => aesCmac(key, new Uint8Array(16)) }),
  } satisfies AlgorithmRow;
}

/** A key as long as the hash: RFC 2104 section 3 asks for no less. */
function hmac(bits: 256 | 384 | 512) {
  const length = bits / 8;
  return {
    title: `HMAC with SHA-${bits}, ${bits} bits (FIPS 198-1)`,
    purposes: HMAC_PURPOSES,
    mac: `sha${bits}`,
    encryption: null,
    ...bytes({ length, shortest: length, longest: length, check: (key) => hmacOfZeros(`sha${bits}`, key) }),
  } satisfies AlgorithmRow;
}

function rsa(modulusLength: 2048 | 3072 | 4096) {
  return {
    title: `RSA, ${modulusLength} bits (FIPS 186-5)`,
    purposes: RSA_PURPOSES,
    publicKey: { type: "rsa", modulusLength },
    mac: null,
    encryption: "oaep",
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync("rsa", { modulusLength, publicExponent: 0x10001 })),
  } satisfies AlgorithmRow;
}

/** @param standard name of the curve in its standard. @param namedCurve Node's name for it */
function kemCurve(standard: string, namedCurve: string) {
  return {
    title: `Elliptic curve ${standard} (SP 800-186)`,
    purposes: KEM_CURVE_PURPOSES,
    publicKey: { type: "ec", namedCurve },
    mac: null,
    encryption: "kem",
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync("ec", { namedCurve: standard })),
  } satisfies AlgorithmRow;
}

function mlDsa(type: "ml-dsa-44" | "ml-dsa-65" | "ml-dsa-87", title: string) {
  return {
    title,
    purposes: SIGNING,
    publicKey: { type },
    ...NEITHER,
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync(type)),
  } satisfies AlgorithmRow;
}

function mlKem(type: "ml-kem-512" | "ml-kem-768" | "ml-kem-1024", title: string) {
  return {
    title,
    purposes: KEM_PURPOSES,
    publicKey: { type },
    mac: null,
    encryption: "kem",
    symmetric: null,
    generate: () => asymmetric(generateKeyPairSync(type)),
  } satisfies AlgorithmRow;
}
