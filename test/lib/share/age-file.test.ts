import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { describeSealed, looksLikeAgeFile } from "../../../src/lib/share/age-file.ts";
import { sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";

async function sealed(): Promise<Uint8Array> {
  using secret = new Secret(utf8("a share"));
  return await sealToPassphrase(secret, "correct horse", 10);
}

describe("a file says of itself, unopened", () => {
  test("that it is sealed to a passphrase", async () => {
    const file = await sealed();
    expect(await describeSealed(file)).toEqual({
      armored: true,
      sealedTo: "passphrase",
      workFactor: 10,
      size: file.length,
    });
    const binary = armor.decode(fromUtf8(file));
    expect(await describeSealed(binary)).toMatchObject({ armored: false, size: binary.length });
  });

  test("that it is sealed to recipients, and by which methods", async () => {
    const encrypter = new Encrypter();
    for (let i = 0; i < 2; i++) encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
    expect(await describeSealed(await encrypter.encrypt("a share"))).toEqual({
      armored: false,
      sealedTo: "recipients",
      stanzas: ["X25519", "X25519"],
      size: expect.any(Number),
    });
  });
});

test("a file begins as an age file does, or not", async () => {
  const file = await sealed();
  expect(looksLikeAgeFile(file)).toBe(true);
  expect(looksLikeAgeFile(armor.decode(fromUtf8(file)))).toBe(true);
  for (const text of ["", "AGE-SECRET-KEY-1", "# created: 2026-11-24\nAGE-SECRET-KEY-1", "age1"]) {
    expect(looksLikeAgeFile(utf8(text))).toBe(false);
  }
});
