import { checkPrimeSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { der, integer, jwkOf, type Numbers, numbersOf, oid, pkcs8, prime, rsaKey } from "../../support/crafted-key.ts";
import { refusal } from "../../support/refused-key.ts";

/** ATTACKS I7: each weak or malformed RSA key is refused by name. */

describe("RSA", () => {
  let good: Numbers;
  let p: bigint;
  let q: bigint;
  beforeAll(() => {
    [p, q] = [prime(1024), prime(1024)];
    good = numbersOf(p, q);
  });

  test("the good key that the others are made of is taken", async () => {
    expect(await refusal(rsaKey(good))).toBe("taken as rsa-2048");
  });

  test.for<{ what: string; change: (key: Numbers) => Partial<Numbers>; refused: string }>([
    { what: "e = 1", change: () => ({ e: 1n }), refused: "the public exponent is 1, wanted 65537 at least" },
    { what: "e = 3", change: () => ({ e: 3n }), refused: "the public exponent is 3, wanted 65537 at least" },
    { what: "even e", change: () => ({ e: 65538n }), refused: "the public exponent is even" },
    {
      what: "e of 257 bits",
      change: () => ({ e: 2n ** 256n + 1n }),
      refused: "the public exponent has more than 256 bits",
    },
    { what: "even modulus", change: ({ n }) => ({ n: n + 1n }), refused: "the modulus is even" },
    {
      what: "another modulus",
      change: ({ n }) => ({ n: n + 2n }),
      refused: "the modulus is not the product of p and q",
    },
    {
      what: "another d",
      change: ({ d }) => ({ d: d + 2n }),
      refused: "the private exponent does not belong to the public one",
    },
    {
      what: "another dp",
      change: ({ dp }) => ({ dp: dp + 1n }),
      refused: "dp or dq does not belong to the private exponent",
    },
    {
      what: "another dq",
      change: ({ dq }) => ({ dq: dq - 1n }),
      refused: "dp or dq does not belong to the private exponent",
    },
    { what: "another qinv", change: ({ qinv }) => ({ qinv: qinv + 1n }), refused: "qinv is not the inverse of q" },
    { what: "no q", change: () => ({ q: 0n }), refused: "one of its numbers is not positive" },
    {
      what: "modulus of 2047 bits",
      change: ({ n }) => ({ n: n >> 1n }),
      refused: "RSA of 2047 bits, 2048 are wanted at least",
    },
    {
      what: "modulus of 2049 bits",
      change: ({ n }) => ({ n: n << 1n }),
      refused: "RSA of 2049 bits, wanted 2048, 3072, 4096",
    },
  ])("$what", async ({ change, refused }) => {
    expect(await refusal(rsaKey({ ...good, ...change(good) }))).toBe(`REFUSED: ${refused}`);
  });

  test.for<{ what: string; make: () => Uint8Array; refused: string }>([
    {
      what: "512 bits",
      make: () => rsaKey(numbersOf(prime(256), prime(256))),
      refused: "RSA of 512 bits, 2048 are wanted at least",
    },
    { what: "p = q", make: () => rsaKey(numbersOf(p, p)), refused: "p and q are the same" },
    {
      what: "p and q close",
      make: () => rsaKey(numbersOf(p, nextPrime(p + 2n ** 800n))),
      refused: "p and q are too close to each other",
    },
    {
      what: "p much longer than q",
      make: () => rsaKey(numbersOf(prime(1536), prime(512))),
      refused: "p and q are not of half the modulus' length",
    },
    { what: "p not prime", make: () => rsaKey(numbersOf(prime(512) * prime(512), q)), refused: "p or q is not prime" },
    {
      what: "the fingerprint of ROCA",
      make: () => rsaKey(rocaNumbers()),
      refused: "the modulus has the fingerprint of ROCA (CVE-2017-15361): it can be factored",
    },
    { what: "three primes", make: () => rsaKey(good, p), refused: "RSA with more than two primes" },
    {
      what: "a small d",
      make: () => rsaKey(smallPrivate(p, q)),
      refused: "the public exponent has more than 256 bits",
    },
  ])("$what", async ({ make, refused }) => {
    expect(await refusal(make())).toBe(`REFUSED: ${refused}`);
  });

  test("a negative number", async () => {
    const inner = der(
      0x30,
      Uint8Array.of(2, 1, 0),
      der(2, Uint8Array.of(0x80)),
      ...Array.from({ length: 7 }, () => integer(3n)),
    );
    const key = pkcs8(der(0x30, oid("2a864886f70d010101"), Uint8Array.of(5, 0)), inner);
    expect(await refusal(key)).toBe("REFUSED: one of its numbers is not positive");
  });

  test("a JWK without the numbers of its primes", async () => {
    const { p: _, ...jwk } = jwkOf("rsa");
    expect(await refusal(utf8(JSON.stringify(jwk)))).toMatch(/^REFUSED: OpenSSL does not take it/);
    const number = await refusal(utf8(JSON.stringify({ ...jwk, p: 4711 })));
    expect(number).toMatch(/^INPUT_MALFORMED: .*JWK: p/);
    expect(number).not.toContain("4711");
  });
});

function nextPrime(from: bigint): bigint {
  for (let candidate = from | 1n; ; candidate += 2n) if (checkPrimeSync(candidate)) return candidate;
}

/** Numbers whose private exponent is below 2^256, and the public one as long as the modulus. */
function smallPrivate(p: bigint, q: bigint): Numbers {
  const turned = numbersOf(p, q, prime(200));
  return { ...turned, e: turned.d, d: turned.e, dp: turned.e % (p - 1n), dq: turned.e % (q - 1n) };
}

/** Primes k·M + (65537^a mod M), as the library of CVE-2017-15361 made them. */
function rocaNumbers(): Numbers {
  let m = 1n;
  for (let n = 2n; n <= 701n; n++) if (checkPrimeSync(n) && m * n < 2n ** 970n) m *= n;
  const found: bigint[] = [];
  let power = 1n;
  for (let a = 0; found.length < 2; a++) {
    power = (power * 65537n) % m;
    const k = ((3n << 1022n) + (BigInt(a) << 1000n)) / m;
    for (let i = 0n; i < 20n; i++) {
      const candidate = (k + i) * m + power;
      if (candidate.toString(2).length === 1024 && (candidate - 1n) % 65537n !== 0n && checkPrimeSync(candidate)) {
        found.push(candidate);
        break;
      }
    }
  }
  return numbersOf(found[0] ?? 0n, found[1] ?? 0n);
}
