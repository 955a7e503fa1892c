import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { oaepCapacity, unwrapByOaep, wrapByOaep } from "../../../src/lib/crypto/rsa-oaep.ts";
import { Secret } from "../../../src/lib/secret.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

test.for([0, 1, 32, 190])("%i bytes go through", (length) => {
  const wrapped = wrapByOaep(publicKey, new Secret(new Uint8Array(length).fill(7)));
  expect(wrapped).toHaveLength(256);
  expect(unwrapByOaep(privateKey, wrapped)?.reveal()).toEqual(new Uint8Array(length).fill(7));
});

test("more than fits is the caller's mistake", () => {
  expect(oaepCapacity(publicKey)).toBe(190);
  expect(() => wrapByOaep(publicKey, new Secret(new Uint8Array(191)))).toThrow("takes 190 bytes at most");
});

test("nothing is told of what does not open", () => {
  const wrapped = wrapByOaep(publicKey, new Secret(new Uint8Array(32)));
  const changed = wrapped.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  for (const bytes of [changed, wrapped.subarray(1), new Uint8Array(256), new Uint8Array(256).fill(255)]) {
    expect(unwrapByOaep(privateKey, bytes)).toBeUndefined();
  }
  expect(unwrapByOaep(other, wrapped)).toBeUndefined();
});

test("a number that is written with fewer bytes than the modulus is none (RFC 8017 section 7.1.2, step 1b)", () => {
  let wrapped = wrapByOaep(publicKey, new Secret(new Uint8Array(32)));
  while (wrapped[0] !== 0) wrapped = wrapByOaep(publicKey, new Secret(new Uint8Array(32)));
  expect(unwrapByOaep(privateKey, wrapped)).toBeDefined();
  expect(unwrapByOaep(privateKey, wrapped.subarray(1))).toBeUndefined();
});

test("another key than RSA is the caller's mistake", () => {
  expect(() => oaepCapacity(generateKeyPairSync("ed25519").publicKey)).toThrow(TypeError);
});
