import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { hex } from "../bytes.ts";
import { aesCmac } from "../crypto/cmac.ts";
import { randomSecret } from "../crypto/random.ts";
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

/** All that there is to know of an algorithm. */
interface AlgorithmRow {
  title: string;
  /** A key serves one purpose (SP 800-57 part 1 rev. 5, section 5.2): its usages lie within one of these. The first is the default. */
  purposes: readonly (readonly Usage[])[];
  /** Node's name for the type of its public half; null if it is symmetric. */
  keyType: string | null;
  generate(): GeneratedKey;
}

/** First bytes of a check value: ANSI X9.24-1 gives 5 for AES. */
const CHECK_VALUE_BYTES = 5;

export const ALGORITHMS = {
  "aes-256": {
    title: "AES, 256 bits (FIPS 197)",
    purposes: [["encrypt", "decrypt"], ["wrap", "unwrap"], ["derive"], ["mac"]],
    keyType: null,
    generate: () => symmetric(32, (key) => aesCmac(key, new Uint8Array(16))),
  },
  "hmac-sha256": {
    title: "HMAC with SHA-256, 256 bits (FIPS 198-1)",
    purposes: [["mac"], ["derive"]],
    keyType: null,
    generate: () => symmetric(32, (key) => createHmac("sha256", key).update(new Uint8Array(16)).digest()),
  },
  "rsa-3072": {
    title: "RSA, 3072 bits (FIPS 186-5)",
    purposes: [
      ["sign", "verify"],
      ["encrypt", "decrypt"],
      ["wrap", "unwrap"],
    ],
    keyType: "rsa",
    generate: () => asymmetric(generateKeyPairSync("rsa", { modulusLength: 3072, publicExponent: 0x10001 })),
  },
  "ec-p256": {
    title: "Elliptic curve P-256 (SP 800-186)",
    purposes: [["sign", "verify"], ["derive"]],
    keyType: "ec",
    generate: () => asymmetric(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  },
  ed25519: {
    title: "Ed25519 (RFC 8032)",
    purposes: [["sign", "verify"]],
    keyType: "ed25519",
    generate: () => asymmetric(generateKeyPairSync("ed25519")),
  },
  "ml-dsa-65": {
    title: "ML-DSA-65 (FIPS 204)",
    purposes: [["sign", "verify"]],
    keyType: "ml-dsa-65",
    generate: () => asymmetric(generateKeyPairSync("ml-dsa-65")),
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

function symmetric(length: number, check: (key: Uint8Array) => Uint8Array): GeneratedKey {
  const material = randomSecret(length);
  return { material, checkValue: hex(check(material.reveal()).subarray(0, CHECK_VALUE_BYTES)), publicKey: null };
}

function asymmetric({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): GeneratedKey {
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const material = new Secret(new Uint8Array(der.buffer, der.byteOffset, der.byteLength));
  return { material, checkValue: null, publicKey: pem };
}
