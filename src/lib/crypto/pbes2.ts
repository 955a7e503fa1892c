import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { concat, fromHex, utf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";
import { derInteger, derOf, OCTET_STRING, SEQUENCE } from "./der.ts";
import { randomBytes } from "./random.ts";

/** Rounds of PBKDF2: some 0.3 seconds a guess, and what OWASP's Password Storage Cheat Sheet asks for (2023). */
const ITERATIONS = 600_000;
const SALT_LENGTH = 16;
const KEY_LENGTH = 32;
const IV_LENGTH = 16;

const NULL = fromHex("0500");
/** OBJECT IDENTIFIERs in DER: 1.2.840.113549.1.5.13 and .12, .2.9, and 2.16.840.1.101.3.4.1.42. */
const PBES2 = fromHex("06092a864886f70d01050d");
const PBKDF2 = fromHex("06092a864886f70d01050c");
const HMAC_SHA256 = fromHex("06082a864886f70d0209");
const AES256_CBC = fromHex("060960864801650304012a");

/**
 * Seal a PKCS#8 document to a passphrase: EncryptedPrivateKeyInfo (RFC 5958 section 3) by PBES2 (RFC 8018 section 6.2)
 * with PBKDF2-HMAC-SHA-256 and AES-256-CBC, which OpenSSL, Java and others read. It is not authenticated: whoever
 * opens it finds out by the key in it.
 *
 * @param der PrivateKeyInfo; stays the caller's
 * @param passphrase 1 character at least
 * @returns in DER
 */
export function sealPkcs8(der: Secret, passphrase: string): Uint8Array {
  if (passphrase === "") throw new RangeError("the passphrase is empty");
  const salt = randomBytes(SALT_LENGTH);
  const iv = randomBytes(IV_LENGTH);
  const derived = pbkdf2Sync(utf8(passphrase), salt, ITERATIONS, KEY_LENGTH, "sha256");
  using key = new Secret(new Uint8Array(derived.buffer, derived.byteOffset, derived.byteLength));
  const cipher = createCipheriv("aes-256-cbc", key.reveal(), iv);
  const sealed = concat(cipher.update(der.reveal()), cipher.final());
  const derivation = derOf(
    SEQUENCE,
    derOf(OCTET_STRING, salt),
    derInteger(ITERATIONS),
    derInteger(KEY_LENGTH),
    derOf(SEQUENCE, HMAC_SHA256, NULL),
  );
  const scheme = derOf(SEQUENCE, AES256_CBC, derOf(OCTET_STRING, iv));
  const algorithm = derOf(SEQUENCE, PBES2, derOf(SEQUENCE, derOf(SEQUENCE, PBKDF2, derivation), scheme));
  return derOf(SEQUENCE, algorithm, derOf(OCTET_STRING, sealed));
}
