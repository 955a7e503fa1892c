import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { hex, utf8 } from "../../../src/lib/bytes.ts";
import { digestOf, sha256 } from "../../../src/lib/crypto/digest.ts";

test.for([
  {
    text: "abc",
    digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    source: "FIPS 180-2, B.1",
  },
  {
    text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    source: "FIPS 180-2, B.2",
  },
])("SHA-256 ($source)", ({ text, digest }) => {
  expect(hex(sha256(utf8(text)))).toBe(digest);
});

test("the parts are hashed as one", () => {
  expect(sha256(utf8("a"), utf8(""), utf8("bc"))).toEqual(sha256(utf8("abc")));
});

test("a digest is the hash of label, NUL and text", () => {
  expect(digestOf("entry", "{}")).toBe(createHash("sha256").update("conclave/entry/v1\0{}").digest("hex"));
});

test("the same text under two labels has two digests", () => {
  expect(digestOf("entry", "{}")).not.toBe(digestOf("plan", "{}"));
});
