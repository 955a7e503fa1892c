import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { unwrapKey, wrapKey } from "../../../src/lib/crypto/key-wrap.ts";
import { Secret } from "../../../src/lib/secret.ts";

const secret = (digits: string) => new Secret(fromHex(digits));

describe("RFC 5649 section 6", () => {
  const key = "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8";

  test.for([
    {
      octets: 20,
      material: "c37b7e6492584340bed12207808941155068f738",
      wrapped: "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
    },
    { octets: 7, material: "466f7250617369", wrapped: "afbeb0f07dfbf5419200f2ccb50bb24f" },
  ])("$octets octets", ({ material, wrapped }) => {
    expect(hex(wrapKey(secret(key), secret(material)))).toBe(wrapped);
    expect(unwrapKey(secret(key), fromHex(wrapped))?.reveal()).toEqual(fromHex(material));
  });
});

test("what is wrapped opens under the same key, unless a bit is changed", () => {
  const key = fc.constantFrom(16, 24, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
  const material = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(key, material, fc.nat(), (keyBytes, bytes, at) => {
      const wrapped = wrapKey(new Secret(keyBytes.slice()), new Secret(bytes.slice()));
      expect(unwrapKey(new Secret(keyBytes.slice()), wrapped)?.reveal()).toEqual(bytes);
      const changed = wrapped.slice();
      changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ 1;
      expect(unwrapKey(new Secret(keyBytes.slice()), changed)).toBeUndefined();
    }),
  );
});

test.for([0, 1, 8, 15, 17, 23])("%i bytes are no wrapped key", (length) => {
  expect(unwrapKey(new Secret(new Uint8Array(32)), new Uint8Array(length))).toBeUndefined();
});

test("a key of another length, and no material, are the caller's mistakes", () => {
  expect(() => wrapKey(new Secret(new Uint8Array(31)), secret("00"))).toThrow(RangeError);
  expect(() => unwrapKey(new Secret(new Uint8Array(0)), new Uint8Array(16))).toThrow(RangeError);
  expect(() => wrapKey(new Secret(new Uint8Array(16)), secret(""))).toThrow("no key material to wrap");
});
