import { hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import { fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import { deriveSecret, type HkdfInfo, hkdf } from "../../../src/lib/crypto/kdf.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

const QUORUM = "0b8f5b0c-6d0c-4c55-9d2f-2f6a7f9f3a10";
const INFO: HkdfInfo = { label: "shareKey", quorum: QUORUM, generation: 3, custodian: "alice", x: 17 };

/** The octets `from`, `from` + 1, ... to `to`. */
function octets(from: number, to: number): Uint8Array {
  return Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function derive(info: HkdfInfo, salt = "salt", length = 32): string {
  using secret = new Secret(new Uint8Array(32).fill(9));
  using derived = deriveSecret(secret, utf8(salt), info, length);
  return hex(derived.reveal());
}

test.for([
  {
    source: "RFC 5869, A.1",
    secret: new Uint8Array(22).fill(0x0b),
    salt: octets(0x00, 0x0c),
    info: octets(0xf0, 0xf9),
    okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    source: "RFC 5869, A.2",
    secret: octets(0x00, 0x4f),
    salt: octets(0x60, 0xaf),
    info: octets(0xb0, 0xff),
    okm:
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" +
      "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    source: "RFC 5869, A.3",
    secret: new Uint8Array(22).fill(0x0b),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
])("HKDF-SHA-256 ($source)", ({ secret, salt, info, okm }) => {
  expect(hex(hkdf(secret, salt, info, okm.length / 2))).toBe(okm);
});

test.skipIf(!haveVectors)("Wycheproof hkdf_sha256_test.json, all 86", () => {
  const { testGroups } = readVectors<{
    testGroups: {
      tests: { tcId: number; ikm: string; salt: string; info: string; size: number; okm: string; result: string }[];
    }[];
  }>("wycheproof", "hkdf_sha256_test.json");
  const tests = testGroups.flatMap((group) => group.tests);
  expect(tests.length).toBe(86);

  for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
    const derive = () => hex(hkdf(fromHex(ikm), fromHex(salt), fromHex(info), size));
    if (result === "valid") expect(derive(), `case ${tcId}`).toBe(okm);
    else expect(derive, `case ${tcId}`).toThrow(RangeError);
  }
});

test("the info octets are canonical JSON with the label spelt out", () => {
  const info = `{"custodian":"alice","generation":3,"label":"conclave/share-key/v1","quorum":"${QUORUM}","x":17}`;
  const expected = hkdfSync("sha256", new Uint8Array(32).fill(9), utf8("salt"), utf8(info), 32);
  expect(derive(INFO)).toBe(hex(new Uint8Array(expected)));
});

test.for([
  { changed: "label", info: { ...INFO, label: "quorumKey" } },
  { changed: "quorum", info: { ...INFO, quorum: "0b8f5b0c-6d0c-4c55-9d2f-2f6a7f9f3a11" } },
  { changed: "generation", info: { ...INFO, generation: 4 } },
  { changed: "custodian", info: { ...INFO, custodian: "bob" } },
  { changed: "x", info: { ...INFO, x: 18 } },
  { changed: "presence of x", info: { label: "shareKey", quorum: QUORUM, generation: 3, custodian: "alice" } },
] as const)("another $changed gives another secret", ({ info }) => {
  expect(derive(info)).not.toBe(derive(INFO));
});

test("another salt gives another secret", () => {
  expect(derive(INFO, "pepper")).not.toBe(derive(INFO));
});

test("the longest custodian's name fits", () => {
  expect(derive({ ...INFO, custodian: "a".repeat(64) })).toHaveLength(64);
});

test.for([-1, 1.5, 255 * 32 + 1])("a length of %d is refused", (length) => {
  expect(() => derive(INFO, "salt", length)).toThrow(RangeError);
});
