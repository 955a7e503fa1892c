import { generateKeyPairSync, generatePrimeSync } from "node:crypto";
import { fromHex } from "../../src/lib/bytes.ts";
import { writeDer } from "../../src/lib/crypto/der.ts";

const [INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE] = [2, 3, 4, 6, 0x30] as const;

/** The DER of a value, of parts that are DER already. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return writeDer(tag, ...parts).reveal();
}

export const oid = (digits: string) => der(OID, fromHex(digits));

/** PKCS#8 (RFC 5958) around a private key. @param rest what follows it */
export function pkcs8(
  algorithm: Uint8Array,
  privateKey: Uint8Array,
  version: 0 | 1 = 0,
  ...rest: Uint8Array[]
): Uint8Array {
  return der(SEQUENCE, Uint8Array.of(INTEGER, 1, version), algorithm, der(OCTET_STRING, privateKey), ...rest);
}

const RSA = der(SEQUENCE, oid("2a864886f70d010101"), Uint8Array.of(5, 0));
/** The curve P-256. */
export const P256 = "2a8648ce3d030107";

/** The numbers of an RSA private key. */
export type Numbers = Record<"n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qinv", bigint>;

/** An RSA private key of whatever numbers, in PKCS#8. */
export function rsaKey({ n, e, d, p, q, dp, dq, qinv }: Numbers, ...others: bigint[]): Uint8Array {
  const numbers = [others.length === 0 ? 0n : 1n, n, e, d, p, q, dp, dq, qinv, ...others];
  return pkcs8(RSA, der(SEQUENCE, ...numbers.map(integer)));
}

/** All numbers of the key with these primes. */
export function numbersOf(p: bigint, q: bigint, e = 65537n): Numbers {
  const d = inverse(e, (p - 1n) * (q - 1n));
  return { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qinv: inverse(q, p) };
}

/** A prime of so many bits, the two highest of them set. @param e which doesn't divide it less one */
export function prime(bits: number, e = 65537n): bigint {
  for (;;) {
    const found = generatePrimeSync(bits, { bigint: true });
    if ((found - 1n) % e !== 0n) return found;
  }
}

/** A key on P-256 of whatever scalar and point, in PKCS#8. */
export function ecKey(scalar: Uint8Array, point?: Uint8Array, curve = oid(P256), version = 1): Uint8Array {
  const half = point === undefined ? [] : [der(0xa1, der(BIT_STRING, Uint8Array.of(0), point))];
  const inner = der(SEQUENCE, Uint8Array.of(INTEGER, 1, version), der(OCTET_STRING, scalar), ...half);
  return pkcs8(der(SEQUENCE, oid("2a8648ce3d0201"), curve), inner);
}

/** A private key of Ed25519 (2b6570) or X25519 (2b656e) in PKCS#8, with a public half beside it if one is given. */
export function edKey(seed: Uint8Array, algorithm = "2b6570", publicKey?: Uint8Array): Uint8Array {
  const inner = der(OCTET_STRING, seed);
  if (publicKey === undefined) return pkcs8(der(SEQUENCE, oid(algorithm)), inner);
  return pkcs8(der(SEQUENCE, oid(algorithm)), inner, 1, der(0x81, Uint8Array.of(0), publicKey));
}

/** A good key of an algorithm of Node.js, as a JWK. */
export function jwkOf(type: "ec" | "ed25519" | "x25519" | "rsa" | "ml-dsa-44"): Record<string, unknown> {
  const { privateKey } =
    type === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: 2048 })
        : generateKeyPairSync(type as "ed25519");
  return { ...privateKey.export({ format: "jwk" }) };
}

export function integer(value: bigint): Uint8Array {
  const digits = value.toString(16);
  const bytes = fromHex(digits.length % 2 === 1 ? `0${digits}` : digits);
  return der(INTEGER, (bytes[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...bytes) : bytes);
}

function inverse(a: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [a % modulus, modulus, 1n, 0n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % modulus) + modulus) % modulus;
}
