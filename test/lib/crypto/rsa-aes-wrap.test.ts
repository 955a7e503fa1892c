import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { unwrapKey } from "../../../src/lib/crypto/key-wrap.ts";
import { wrapByRsaAes } from "../../../src/lib/crypto/rsa-aes-wrap.ts";
import { unwrapByOaep } from "../../../src/lib/crypto/rsa-oaep.ts";
import { Secret } from "../../../src/lib/secret.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

test.for([1, 8, 32, 33, 2375])("%i bytes: the AES key by OAEP, then the material by AES-KWP under it", (length) => {
  const material = Uint8Array.from({ length }, (_, i) => (i * 7) % 256);
  const wrapped = wrapByRsaAes(publicKey, new Secret(material.slice()));
  using key = unwrapByOaep(privateKey, wrapped.subarray(0, 256));
  expect(key?.length).toBe(32);
  using opened = key && unwrapKey(key, wrapped.subarray(256));
  expect(opened?.reveal()).toEqual(material);
});

test("no two are under the same key", () => {
  const one = wrapByRsaAes(publicKey, new Secret(Uint8Array.of(1)));
  const another = wrapByRsaAes(publicKey, new Secret(Uint8Array.of(1)));
  expect(one.subarray(256)).not.toEqual(another.subarray(256));
});
