import { Decrypter, Encrypter } from "age-encryption";
import { expect, test } from "vitest";
import { hybridIdentity, hybridRecipient } from "../../../src/lib/crypto/age-recipient.ts";
import { Secret } from "../../../src/lib/secret.ts";

function seedOf(byte: number): Secret {
  return new Secret(new Uint8Array(32).fill(byte));
}

test("a seed is spelt as an age identity", () => {
  expect(hybridIdentity(seedOf(1))).toMatch(/^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/);
});

test("a recipient is what the age library makes of the identity, 1,959 characters", async () => {
  const recipient = await hybridRecipient(seedOf(1));
  expect(recipient).toMatch(/^age1pq1[02-9ac-hj-np-z]+$/);
  expect(recipient).toHaveLength(1959);
});

test("the identity opens what was sealed to the recipient", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await hybridRecipient(seedOf(1)));
  const sealed = await encrypter.encrypt("backup");

  const decrypter = new Decrypter();
  decrypter.addIdentity(hybridIdentity(seedOf(1)));
  expect(await decrypter.decrypt(sealed, "text")).toBe("backup");
});

test("another seed's identity doesn't open it", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await hybridRecipient(seedOf(1)));
  const sealed = await encrypter.encrypt("backup");

  const decrypter = new Decrypter();
  decrypter.addIdentity(hybridIdentity(seedOf(2)));
  await expect(decrypter.decrypt(sealed)).rejects.toThrow("no identity matched");
});

test.for([0, 31, 33, 64])("a seed of %i bytes is a bug of the caller", (length) => {
  expect(() => hybridIdentity(new Secret(new Uint8Array(length)))).toThrow(RangeError);
});
