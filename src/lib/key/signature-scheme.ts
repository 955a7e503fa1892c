import { constants, type KeyObject, type SigningOptions, sign, verify } from "node:crypto";
import type { Algorithm } from "./algorithm.ts";

/** Names of hashes, as Node.js and schemes spell them. */
export type Hash = "sha256" | "sha384" | "sha512";

/** How a signature is made: what goes to Node's `sign` and `verify`. */
interface SchemeRow {
  title: string;
  /** Null: the algorithm hashes by itself. */
  hash: Hash | null;
  options: SigningOptions;
}

/** How an ECDSA signature is written: a SEQUENCE of two INTEGERs (X9.62), or both numbers side by side (IEEE P1363). */
export type SignatureFormat = "der" | "p1363";

export const SIGNATURE_FORMATS = ["der", "p1363"] as const satisfies readonly SignatureFormat[];

export const SCHEMES = {
  ed25519: { title: "Ed25519 (RFC 8032), not prehashed", hash: null, options: {} },
  "ecdsa-sha256": { title: "ECDSA with SHA-256 (FIPS 186-5)", hash: "sha256", options: {} },
  "ecdsa-sha384": { title: "ECDSA with SHA-384 (FIPS 186-5)", hash: "sha384", options: {} },
  "ecdsa-sha512": { title: "ECDSA with SHA-512 (FIPS 186-5)", hash: "sha512", options: {} },
  "rsa-pss-sha256": pss("sha256"),
  "rsa-pss-sha384": pss("sha384"),
  "rsa-pss-sha512": pss("sha512"),
  "rsa-pkcs1-sha256": pkcs1("sha256"),
  "rsa-pkcs1-sha384": pkcs1("sha384"),
  "rsa-pkcs1-sha512": pkcs1("sha512"),
  "ml-dsa-44": { title: "ML-DSA-44 (FIPS 204), pure, empty context", hash: null, options: {} },
  "ml-dsa-65": { title: "ML-DSA-65 (FIPS 204), pure, empty context", hash: null, options: {} },
  "ml-dsa-87": { title: "ML-DSA-87 (FIPS 204), pure, empty context", hash: null, options: {} },
} as const satisfies Record<string, SchemeRow>;

/** Name of a scheme in `SCHEMES`. */
export type Scheme = keyof typeof SCHEMES;

export const SCHEME_NAMES = Object.keys(SCHEMES) as [Scheme, ...Scheme[]];

const RSA = [
  "rsa-pss-sha256",
  "rsa-pss-sha384",
  "rsa-pss-sha512",
  "rsa-pkcs1-sha256",
  "rsa-pkcs1-sha384",
  "rsa-pkcs1-sha512",
] as const;

/** The schemes of each algorithm that signs; the first is the default. A curve has the hash of its strength. */
const OF_ALGORITHM: { readonly [A in Algorithm]?: readonly Scheme[] } = {
  "rsa-2048": RSA,
  "rsa-3072": RSA,
  "rsa-4096": RSA,
  "ec-p256": ["ecdsa-sha256"],
  "ec-p384": ["ecdsa-sha384"],
  "ec-p521": ["ecdsa-sha512"],
  secp256k1: ["ecdsa-sha256"],
  ed25519: ["ed25519"],
  "ml-dsa-44": ["ml-dsa-44"],
  "ml-dsa-65": ["ml-dsa-65"],
  "ml-dsa-87": ["ml-dsa-87"],
};

/** The schemes by which a key of this algorithm signs, the default one first; none if it doesn't. */
export function schemesOf(algorithm: Algorithm): readonly Scheme[] {
  return OF_ALGORITHM[algorithm] ?? [];
}

/** Whether a scheme's signatures are written in one of two formats. */
export function hasFormats(scheme: Scheme): boolean {
  return scheme.startsWith("ecdsa-");
}

/** @param format of an ECDSA signature; no other has any */
export function signMessage(scheme: Scheme, format: SignatureFormat, key: KeyObject, message: Uint8Array): Uint8Array {
  const { hash, options }: SchemeRow = SCHEMES[scheme];
  return Uint8Array.from(sign(hash, message, { key, ...optionsOf(scheme, options, format) }));
}

/** Whether a signature is the key's. Anything malformed is not. */
export function verifyMessage(
  scheme: Scheme,
  format: SignatureFormat,
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { hash, options }: SchemeRow = SCHEMES[scheme];
  if (!mayBeOf(key, signature)) return false;
  try {
    return verify(hash, message, { key, ...optionsOf(scheme, options, format) }, signature);
  } catch {
    return false; // OpenSSL throws for some that it can't read
  }
}

/**
 * Whether a signature is as long as the modulus, if the key is of RSA: no other is valid (RFC 8017 sections 8.1.2 and
 * 8.2.2, step 1), but OpenSSL takes one that lacks its leading zeros.
 */
export function mayBeOf(key: KeyObject, signature: Uint8Array): boolean {
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  return modulusLength === undefined || signature.length === Math.ceil(modulusLength / 8);
}

function optionsOf(scheme: Scheme, options: SigningOptions, format: SignatureFormat): SigningOptions {
  if (!hasFormats(scheme)) return options;
  return { ...options, dsaEncoding: format === "der" ? "der" : "ieee-p1363" };
}

/** RSASSA-PSS with the salt as long as the hash, and MGF1 with the same hash (RFC 8017 section 8.1). */
function pss(hash: Hash) {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return {
    title: `RSASSA-PSS with ${hash.toUpperCase().replace("A", "A-")} (RFC 8017)`,
    hash,
    options: { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  } satisfies SchemeRow;
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2): for programs that know nothing newer. */
function pkcs1(hash: Hash) {
  return {
    title: `RSASSA-PKCS1-v1_5 with ${hash.toUpperCase().replace("A", "A-")} (RFC 8017)`,
    hash,
    options: { padding: constants.RSA_PKCS1_PADDING },
  } satisfies SchemeRow;
}
