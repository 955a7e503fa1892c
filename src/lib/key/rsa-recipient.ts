import { createPublicKey, type KeyObject } from "node:crypto";
import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { SMALL_PRIMES } from "./small-primes.ts";

/** What a wrapping key must have at least (SP 800-131A rev. 2), and what nobody's has more of, in bits. */
const SHORTEST_MODULUS = 2048;
const LONGEST_MODULUS = 16_384;
/** SP 800-56B rev. 2 section 6.2: odd, above 2^16, below 2^256. */
const LEAST_EXPONENT = 65_537n;
const GREATEST_EXPONENT = 2n ** 256n;

/**
 * An RSA public key that secrets may be wrapped to.
 * @param pem SubjectPublicKeyInfo, as `wrappingKeyPem` spells it
 * @returns undefined if it is none, or spelt otherwise
 */
export function wrappingKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem); // takes a private key and a certificate too
    return wrappingKeyProblem(key) === undefined && wrappingKeyPem(key) === pem ? key : undefined;
  } catch {
    return undefined; // no key at all
  }
}

/** The one spelling of a public key in a plan: SubjectPublicKeyInfo in PEM. */
export function wrappingKeyPem(key: KeyObject): string {
  return key.export({ format: "pem", type: "spki" });
}

/** Why secrets must not be wrapped to a public key; undefined if they may. */
export function wrappingKeyProblem(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== "rsa") return `a key of ${key.asymmetricKeyType ?? "no type"}, wanted RSA`;
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < SHORTEST_MODULUS) return `an RSA modulus of ${bits} bits, wanted at least ${SHORTEST_MODULUS}`;
  if (bits > LONGEST_MODULUS) return `an RSA modulus of ${bits} bits, wanted at most ${LONGEST_MODULUS}`;
  if (exponent % 2n === 0n) return "an even RSA exponent: nobody has the private half of that";
  if (exponent < LEAST_EXPONENT || exponent >= GREATEST_EXPONENT)
    return `the RSA exponent ${exponent < LEAST_EXPONENT ? exponent : "above 2^256"}, wanted at least ${LEAST_EXPONENT}`;
  const modulus = BigInt(`0x${Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url").toString("hex") || "0"}`);
  const factor = [2n, ...SMALL_PRIMES].find((prime) => modulus % prime === 0n);
  return factor === undefined
    ? undefined
    : `an RSA modulus with the factor ${factor}: anybody can open what is wrapped`;
}

/** SHA-256 of a public key's SubjectPublicKeyInfo in DER, by which people compare it. */
export function keyFingerprint(key: KeyObject): string {
  return hex(sha256(key.export({ format: "der", type: "spki" })));
}
