import fc from "fast-check";
import { expect, test } from "vitest";
import { combineComponents } from "../../../src/lib/key/components.ts";
import { Secret } from "../../../src/lib/secret.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test("in any order, two or three components give the key from which they were made", () => {
  const parts = fc
    .integer({ min: 16, max: 64 })
    .chain((length) => fc.tuple(bytes(length), bytes(length), bytes(length)));
  fc.assert(
    fc.property(parts, fc.boolean(), fc.boolean(), ([key, first, second], three, turned) => {
      const last = key.map((byte, i) => byte ^ (first[i] ?? 0) ^ (three ? (second[i] ?? 0) : 0));
      const components = three ? [first, second, last] : [first, last];
      const given = (turned ? components.toReversed() : components).map((each) => new Secret(each.slice()));
      expect(combineComponents(given).reveal()).toEqual(key);
    }),
  );
});

test("fewer than two, and different lengths, are the caller's mistakes", () => {
  const secret = (length: number) => new Secret(new Uint8Array(length));
  expect(() => combineComponents([])).toThrow("a key has two components at least");
  expect(() => combineComponents([secret(16)])).toThrow("a key has two components at least");
  expect(() => combineComponents([secret(16), secret(24)])).toThrow("components are of equal length");
});
