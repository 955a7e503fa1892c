import { expect, test } from "vitest";
import { randomBytes, randomHex, randomSecret, randomUuid } from "../../../src/lib/crypto/random.ts";
import { idSchema } from "../../../src/lib/names.ts";

test.for([0, 1, 24, 32, 4096])("%i random bytes have an array of their own", (length) => {
  const bytes = randomBytes(length);
  expect(bytes.constructor).toBe(Uint8Array);
  expect(bytes.length).toBe(length);
  expect(bytes.buffer.byteLength).toBe(length);
});

test("H9: 100,000 nonces are distinct", () => {
  const nonces = new Set(Array.from({ length: 100_000 }, () => randomHex(24)));
  expect(nonces.size).toBe(100_000);
});

test("a random secret has its length", () => {
  using secret = randomSecret(32);
  expect(secret.length).toBe(32);
});

test("an identifier is a version 4 UUID in lower case", () => {
  const id = randomUuid();
  expect(idSchema.parse(id)).toBe(id.toLowerCase());
});
