import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, utf8 } from "../../../src/lib/bytes.ts";
import {
  generateSigningSeed,
  isSoundPublicKey,
  publicKeyOf,
  sign,
  signingKey,
  verify,
} from "../../../src/lib/crypto/signature.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

function keyOf(seed: string) {
  using secret = new Secret(fromHex(seed));
  return signingKey(secret);
}

describe("RFC 8032, 7.1", () => {
  test.for([
    {
      name: "test 1",
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      message: "",
      signature:
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    },
    {
      name: "test 2",
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      message: "72",
      signature:
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
    {
      name: "test 3",
      seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      message: "af82",
      signature:
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    },
  ])("$name", ({ seed, publicKey, message, signature }) => {
    const key = keyOf(seed);
    expect(publicKeyOf(key)).toBe(publicKey);
    expect(sign(key, fromHex(message))).toBe(signature);
    expect(verify(publicKey, fromHex(message), signature)).toBe(true);
    expect(isSoundPublicKey(publicKey)).toBe(true);
  });

  test.skipIf(!haveVectors)("all five, from their file", () => {
    const rows = readVectors<{ secretKey: string; publicKey: string; message: string; signature: string }[]>(
      "rfc",
      "8032-eddsa-ed25519.json.gz",
    );
    expect(rows.length).toBe(5);
    for (const { secretKey, publicKey, message, signature } of rows) {
      const key = keyOf(secretKey);
      expect(publicKeyOf(key)).toBe(publicKey);
      expect(sign(key, fromHex(message))).toBe(signature);
      expect(verify(publicKey, fromHex(message), signature)).toBe(true);
    }
  });
});

test.skipIf(!haveVectors)("Wycheproof ed25519_test.json, all 151", () => {
  const { testGroups } = readVectors<{
    testGroups: {
      publicKey: { pk: string };
      tests: { tcId: number; msg: string; sig: string; result: string }[];
    }[];
  }>("wycheproof", "ed25519_test.json");
  const rows = testGroups.flatMap(({ publicKey, tests }) => tests.map((row) => ({ ...row, pk: publicKey.pk })));
  expect(rows.length).toBe(151);

  for (const { tcId, pk, msg, sig, result } of rows) {
    expect(verify(pk, fromHex(msg), sig), `case ${tcId}`).toBe(result === "valid");
  }
});

describe("CCTV ed25519vectors.json, 914 edge cases of the points A and R", () => {
  /**
   * What a signature under a sound key is worth. Node.js refuses an R that isn't canonical and a residue of small order,
   * and verifies without the cofactor. An R of small order, which no honest signer makes, is refused by Node.js 26
   * (OpenSSL 3.5.8) and accepted by Node.js 20 (OpenSSL 3.0.19); a key A of small order likewise, so that it must never
   * be enrolled.
   */
  const worth = (flags: readonly string[]) => {
    if (flags.includes("non_canonical_R") || flags.includes("low_order_residue")) return "refused";
    return flags.includes("low_order_R") ? "either" : "verified";
  };
  const rows = () =>
    readVectors<{ number: number; key: string; sig: string; msg: string; flags: string[] | null }[]>(
      "cctv",
      "ed25519",
      "ed25519vectors.json",
    ).map((row) => ({ ...row, flags: row.flags ?? [] }));

  test.skipIf(!haveVectors)("S16: a key is sound unless it is of small order or not canonical", () => {
    expect(rows().length).toBe(914);
    for (const { number, key, flags } of rows()) {
      const sound = !flags.includes("low_order_A") && !flags.includes("non_canonical_A");
      expect(isSoundPublicKey(key), `vector ${number}`).toBe(sound);
    }
  });

  test.skipIf(!haveVectors)("a sound key verifies neither a non-canonical R nor a residue of small order", () => {
    for (const { number, key, sig, msg, flags } of rows()) {
      const expected = worth(flags);
      if (!isSoundPublicKey(key) || expected === "either") continue;
      expect(verify(key, utf8(msg), sig), `vector ${number}`).toBe(expected === "verified");
    }
  });
});

test.skipIf(!haveVectors)("ACVP EDDSA keyVer and sigVer for Ed25519", () => {
  interface Group<T> {
    testGroups: { curve: string; preHash?: boolean; tests: T[] }[];
  }
  const casesOf = <T>({ testGroups }: Group<T>) =>
    testGroups.filter((group) => group.curve === "ED-25519" && group.preHash !== true).flatMap((group) => group.tests);

  const keys = casesOf(
    readVectors<Group<{ testPassed: boolean; q: string }>>("acvp", "EDDSA-KeyVer-1.0", "internalProjection.json.gz"),
  );
  expect(keys.length).toBeGreaterThan(0);
  for (const { testPassed, q } of keys) expect(isSoundPublicKey(q.toLowerCase())).toBe(testPassed);

  const signatures = casesOf(
    readVectors<Group<{ tcId: number; testPassed: boolean; message: string; q: string; signature: string }>>(
      "acvp",
      "EDDSA-SigVer-1.0",
      "internalProjection.json.gz",
    ),
  );
  expect(signatures.length).toBeGreaterThan(0);
  for (const { tcId, testPassed, message, q, signature } of signatures) {
    const given = verify(q.toLowerCase(), fromHex(message.toLowerCase()), signature.toLowerCase());
    expect(given, `case ${tcId}`).toBe(testPassed);
  }
});

describe("S16: keys that no enrolment may bring", () => {
  test.for([
    { publicKey: "0000000000000000000000000000000000000000000000000000000000000000", why: "order 4" },
    { publicKey: "0000000000000000000000000000000000000000000000000000000000000080", why: "order 4" },
    { publicKey: "0100000000000000000000000000000000000000000000000000000000000000", why: "order 1" },
    { publicKey: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", why: "order 8" },
    { publicKey: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", why: "order 8" },
    { publicKey: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", why: "order 8" },
    { publicKey: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", why: "order 8" },
    { publicKey: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", why: "order 2" },
    { publicKey: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", why: "y = p" },
    { publicKey: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", why: "y = p, x negative" },
    { publicKey: "0100000000000000000000000000000000000000000000000000000000000080", why: "x = -0" },
    { publicKey: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", why: "y = p + 1" },
    { publicKey: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", why: "y = p + 1, x = -0" },
    { publicKey: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", why: "y = -1, x = -0" },
    { publicKey: "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", why: "y = p + 3" },
    { publicKey: "0200000000000000000000000000000000000000000000000000000000000000", why: "not on the curve" },
    { publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751", why: "31 bytes" },
    { publicKey: "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A", why: "upper case" },
    { publicKey: "", why: "empty" },
  ])("$publicKey ($why)", ({ publicKey }) => {
    expect(isSoundPublicKey(publicKey)).toBe(false);
  });
});

test("every generated key is sound, and verifies its own signatures alone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (message) => {
      using seed = generateSigningSeed();
      using other = generateSigningSeed();
      const signature = sign(signingKey(seed), message);
      const publicKey = publicKeyOf(signingKey(seed));
      expect(isSoundPublicKey(publicKey)).toBe(true);
      expect(verify(publicKey, message, signature)).toBe(true);
      expect(verify(publicKeyOf(signingKey(other)), message, signature)).toBe(false);
      expect(verify(publicKey, message.subarray(1), signature)).toBe(false);
    }),
    { numRuns: 25 },
  );
});

test("a flip of any bit of a signature is refused", () => {
  const key = keyOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const signature = fromHex(sign(key, utf8("message")));
  for (let bit = 0; bit < 8 * signature.length; bit++) {
    const flipped = signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(verify(publicKeyOf(key), utf8("message"), Buffer.from(flipped).toString("hex"))).toBe(false);
  }
});

test.for(["", "00", "zz".repeat(64), "AB".repeat(64), "00".repeat(65)])("'%s' is no signature", (signature) => {
  const publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  expect(verify(publicKey, new Uint8Array(0), signature)).toBe(false);
});

test.for(["", "d75a", "02".repeat(33), "D7".repeat(32)])("'%s' as a public key verifies nothing", (publicKey) => {
  expect(verify(publicKey, new Uint8Array(0), "00".repeat(64))).toBe(false);
});

test("the public key of a public key is itself", async () => {
  const { createPublicKey } = await import("node:crypto");
  const key = keyOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  expect(publicKeyOf(createPublicKey(key))).toBe(publicKeyOf(key));
});

test("making a key leaves the seed as it was", () => {
  using seed = new Secret(new Uint8Array(32).fill(5));
  signingKey(seed);
  expect(seed.reveal()).toEqual(new Uint8Array(32).fill(5));
});

test.for([0, 31, 33])("a seed of %i bytes is a bug of the caller", (length) => {
  expect(() => signingKey(new Secret(new Uint8Array(length)))).toThrow(RangeError);
});
