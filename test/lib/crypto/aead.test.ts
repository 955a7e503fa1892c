import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromHex, hex, utf8 } from "../../../src/lib/bytes.ts";
import { open, SEAL_OVERHEAD, seal, sealWithNonce } from "../../../src/lib/crypto/aead.ts";
import { IntegrityError } from "../../../src/lib/errors.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { accumulated } from "../../support/xaes-accumulated.ts";

const NONCE = utf8("ABCDEFGHIJKLMNOPQRSTUVWX");
const PLACE = utf8("place");

function keyOf(byte: number): Secret {
  return new Secret(new Uint8Array(32).fill(byte));
}

function refusalOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error instanceof IntegrityError ? [error.code, error.message] : error;
  }
  return "opened";
}

const refused = ["INTEGRITY", "key a version 3: does not open under this key and place"];

describe("C2SP XAES-256-GCM", () => {
  test.for([
    { key: 1, associated: "", sealed: "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271" },
    {
      key: 3,
      associated: "c2sp.org/XAES-256-GCM",
      sealed: "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
    },
  ])("vector of the key 0x0$key repeated", ({ key, associated, sealed }) => {
    const given = sealWithNonce(keyOf(key), NONCE, utf8("XAES-256-GCM"), utf8(associated));
    expect(hex(given)).toBe(sealed);

    const opened = open(keyOf(key), concat(NONCE, given), utf8(associated), "vector");
    expect(opened.reveal()).toEqual(utf8("XAES-256-GCM"));
  });

  test("accumulated vector of 10,000 iterations", () => {
    expect(accumulated(10_000)).toBe("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
  });
});

test("the blob of docs/formats/sealed-blob.md opens", () => {
  const [blob = ""] = readFileSync("docs/formats/sealed-blob.md", "utf8").match(/(?<=^ {4})[0-9a-f]+$/m) ?? [];
  const opened = open(keyOf(3), fromHex(blob), utf8("c2sp.org/XAES-256-GCM"), "the example");
  expect(opened.reveal()).toEqual(utf8("XAES-256-GCM"));
});

test("what is sealed opens, and is longer by nonce and tag", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 50 }), (plaintext, associated) => {
      const sealed = seal(keyOf(7), plaintext, associated);
      expect(sealed.length).toBe(plaintext.length + SEAL_OVERHEAD);
      expect(open(keyOf(7), sealed, associated, "it").reveal()).toEqual(plaintext);
    }),
  );
});

test("the plaintext that comes out is a plain Uint8Array of its own", () => {
  const opened = open(keyOf(7), seal(keyOf(7), new Uint8Array(32), PLACE), PLACE, "it").reveal();
  expect(opened.constructor).toBe(Uint8Array);
  expect(opened.buffer.byteLength).toBe(32);
});

test("two sealings of one plaintext have no nonce in common", () => {
  const nonceOf = () => hex(seal(keyOf(7), PLACE, PLACE).subarray(0, 24));
  expect(nonceOf()).not.toBe(nonceOf());
});

test("T8: a flip of any bit of nonce, ciphertext or tag is refused", () => {
  const sealed = seal(keyOf(7), utf8("plaintext"), PLACE);
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const flipped = sealed.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(refusalOf(() => open(keyOf(7), flipped, PLACE, "key a version 3"))).toEqual(refused);
  }
});

test("every truncation is refused, down to nothing", () => {
  const sealed = seal(keyOf(7), utf8("plaintext"), PLACE);
  for (let length = 0; length < sealed.length; length++) {
    expect(refusalOf(() => open(keyOf(7), sealed.subarray(0, length), PLACE, "key a version 3"))).toEqual(refused);
  }
});

test.for([
  { change: "an octet more", key: 7, associated: "place", more: [0] },
  { change: "another key", key: 8, associated: "place", more: [] },
  { change: "another place (T1)", key: 7, associated: "plac", more: [] },
  { change: "no place", key: 7, associated: "", more: [] },
])("$change is refused", ({ key, associated, more }) => {
  const sealed = concat(seal(keyOf(7), utf8("plaintext"), PLACE), Uint8Array.from(more));
  expect(refusalOf(() => open(keyOf(key), sealed, utf8(associated), "key a version 3"))).toEqual(refused);
});

test.for([0, 16, 31, 33])("a key of %i bytes is a bug of the caller", (length) => {
  const key = new Secret(new Uint8Array(length));
  expect(() => seal(key, PLACE, PLACE)).toThrow(RangeError);
  expect(() => open(key, new Uint8Array(SEAL_OVERHEAD), PLACE, "it")).toThrow(RangeError);
});

test.for([0, 12, 23, 25])("a nonce of %i bytes is a bug of the caller", (length) => {
  expect(() => sealWithNonce(keyOf(7), new Uint8Array(length), PLACE, PLACE)).toThrow(RangeError);
});
