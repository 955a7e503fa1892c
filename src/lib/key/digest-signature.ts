import { constants, type KeyObject, privateEncrypt, publicDecrypt } from "node:crypto";
import { concat, fromHex } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { signDigestByEcdsa, verifyDigestByEcdsa } from "../crypto/ecdsa-digest.ts";
import { signDigestByPss, verifyDigestByPss } from "../crypto/pss.ts";
import { ConclaveError } from "../errors.ts";
import { type Hash, hasFormats, mayBeOf, SCHEMES, type Scheme, type SignatureFormat } from "./signature-scheme.ts";

/** Bytes of a digest. */
const LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const satisfies Record<Hash, number>;

/** DER before the digest in a DigestInfo (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = {
  sha256: fromHex("3031300d060960864801650304020105000420"),
  sha384: fromHex("3041300d060960864801650304020205000430"),
  sha512: fromHex("3051300d060960864801650304020305000440"),
} as const satisfies Record<Hash, Uint8Array>;

const PKCS1 = { padding: constants.RSA_PKCS1_PADDING };

/**
 * Look whether bytes can be the digest that a scheme signs.
 * @throws ConclaveError USAGE: it signs the message itself, or a digest of another length
 */
export function assertDigest(scheme: Scheme, digest: Uint8Array): void {
  const { hash } = SCHEMES[scheme];
  if (hash === null)
    throw new ConclaveError("USAGE", `${scheme} signs the message itself, no digest of it`, {
      suggestions: ["Give the message, without --digest"],
    });
  if (digest.length === LENGTHS[hash]) return;
  throw new ConclaveError("USAGE", `${scheme} signs a digest of ${LENGTHS[hash]} bytes: this one has ${digest.length}`);
}

/** Sign a digest that was made elsewhere. @param key private. @throws {RangeError} another length than the scheme's */
export function signDigest(scheme: Scheme, format: SignatureFormat, key: KeyObject, digest: Uint8Array): Uint8Array {
  const hash = hashOf(scheme);
  if (digest.length !== LENGTHS[hash]) throw new RangeError(`${scheme} signs a digest of ${LENGTHS[hash]} bytes`);
  if (hasFormats(scheme)) return signDigestByEcdsa(key, digest, nobleFormat(format));
  if (isPss(scheme)) return signDigestByPss(hash, key, digest);
  return Uint8Array.from(privateEncrypt({ key, ...PKCS1 }, concat(DIGEST_INFO[hash], digest)));
}

/** Whether a signature is the key's over a message of that digest. Anything malformed is not. @param key public */
export function verifyDigest(
  scheme: Scheme,
  format: SignatureFormat,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const hash = hashOf(scheme);
  if (digest.length !== LENGTHS[hash]) return false;
  if (hasFormats(scheme)) return verifyDigestByEcdsa(key, digest, signature, nobleFormat(format));
  if (isPss(scheme)) return verifyDigestByPss(hash, key, digest, signature);
  if (!mayBeOf(key, signature)) return false;
  try {
    return equalBytes(publicDecrypt({ key, ...PKCS1 }, signature), concat(DIGEST_INFO[hash], digest));
  } catch {
    return false; // not padded so, or as large as the modulus
  }
}

function hashOf(scheme: Scheme): Hash {
  const { hash } = SCHEMES[scheme];
  if (hash === null) throw new TypeError(`${scheme} signs no digest`);
  return hash;
}

function isPss(scheme: Scheme): boolean {
  const { options } = SCHEMES[scheme];
  return "padding" in options && options.padding === constants.RSA_PKCS1_PSS_PADDING;
}

function nobleFormat(format: SignatureFormat): "der" | "compact" {
  return format === "der" ? "der" : "compact";
}
