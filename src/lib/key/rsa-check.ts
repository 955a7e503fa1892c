import { checkPrimeSync } from "node:crypto";
import { weakKey } from "./refused-key.ts";
import { SMALL_PRIMES } from "./small-primes.ts";

/** The numbers of an RSA private key (RFC 8017 section 3.2), in the order of RSAPrivateKey. */
export type RsaNumbers = readonly [
  n: bigint,
  e: bigint,
  d: bigint,
  p: bigint,
  q: bigint,
  dp: bigint,
  dq: bigint,
  qInverse: bigint,
];

/** Sizes of a modulus that an algorithm has, in bits. */
const SIZES = [2048, 3072, 4096];
const SMALLEST_EXPONENT = 65537n;
/** FIPS 186-5 A.1.1: an exponent is below 2^256, and the primes differ in their first 100 bits. */
const EXPONENT_BITS = 256;
const DIFFERING_BITS = 100;

/**
 * Refuse an RSA key that isn't one, or that is weak (FIPS 186-5 A.1, SP 800-56B rev. 2 section 6.4.1). OpenSSL takes
 * any numbers.
 *
 * BigInt does not compute in constant time; whoever can measure the time of one import on the host sees more than that.
 *
 * @throws ConclaveError REFUSED naming what is wrong
 */
export function checkRsa(numbers: RsaNumbers): void {
  const [n, e, d, p, q, dp, dq, qInverse] = numbers;
  const size = bitLength(n);
  if ([n, e, d, p, q, dp, dq].some((number) => number <= 0n)) throw weakKey("one of its numbers is not positive");
  if (size < 2048) throw weakKey(`RSA of ${size} bits, 2048 are wanted at least`);
  if (!SIZES.includes(size)) throw weakKey(`RSA of ${size} bits, wanted ${SIZES.join(", ")}`);
  if (n % 2n === 0n) throw weakKey("the modulus is even");
  if (e % 2n === 0n) throw weakKey("the public exponent is even");
  if (e < SMALLEST_EXPONENT) throw weakKey(`the public exponent is ${e}, wanted ${SMALLEST_EXPONENT} at least`);
  if (bitLength(e) > EXPONENT_BITS) throw weakKey(`the public exponent has more than ${EXPONENT_BITS} bits`);
  checkPrimes(n, p, q, size / 2);
  checkExponents({ n, e, d, p, q, dp, dq, qInverse });
  if (isOfRoca(n)) throw weakKey("the modulus has the fingerprint of ROCA (CVE-2017-15361): it can be factored");
}

function checkPrimes(n: bigint, p: bigint, q: bigint, bits: number): void {
  if (p * q !== n) throw weakKey("the modulus is not the product of p and q");
  if (p === q) throw weakKey("p and q are the same");
  if (bitLength(p) !== bits || bitLength(q) !== bits) throw weakKey("p and q are not of half the modulus' length");
  const distance = p > q ? p - q : q - p;
  if (bitLength(distance) <= bits - DIFFERING_BITS) throw weakKey("p and q are too close to each other");
  if (!checkPrimeSync(p) || !checkPrimeSync(q)) throw weakKey("p or q is not prime");
}

function checkExponents(key: Record<"n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qInverse", bigint>): void {
  const { n, e, d, p, q, dp, dq, qInverse } = key;
  if (d >= n || (e * d) % (p - 1n) !== 1n || (e * d) % (q - 1n) !== 1n) {
    throw weakKey("the private exponent does not belong to the public one");
  }
  if (2 * bitLength(d) <= bitLength(n)) throw weakKey("the private exponent is too small");
  if (dp !== d % (p - 1n) || dq !== d % (q - 1n)) throw weakKey("dp or dq does not belong to the private exponent");
  if (qInverse <= 0n || qInverse >= p || (qInverse * q) % p !== 1n) throw weakKey("qinv is not the inverse of q");
}

/**
 * Whether a modulus is of the form that the library of CVE-2017-15361 made (Nemec and others, "The Return of
 * Coppersmith's Attack", 2017, section 2.2): modulo each prime up to 167 it is a power of 65537.
 */
function isOfRoca(n: bigint): boolean {
  return SMALL_PRIMES.every((prime) => powersOf65537(prime).has(n % prime));
}

function powersOf65537(prime: bigint): Set<bigint> {
  const powers = new Set<bigint>();
  for (let power = 1n; !powers.has(power); power = (power * 65537n) % prime) powers.add(power);
  return powers;
}

function bitLength(n: bigint): number {
  return n.toString(2).length;
}
