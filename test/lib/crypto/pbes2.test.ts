import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { sealPkcs8 } from "../../../src/lib/crypto/pbes2.ts";
import { Secret } from "../../../src/lib/secret.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const der = new Secret(Uint8Array.from(privateKey.export({ format: "der", type: "pkcs8" })));
const PASSPHRASE = "sieben Raben über der Nordsee";

function open(sealed: Uint8Array, passphrase: string) {
  return createPrivateKey({ key: Buffer.from(sealed), format: "der", type: "pkcs8", passphrase });
}

test("OpenSSL opens it with the passphrase in UTF-8, and with no other", () => {
  const sealed = sealPkcs8(der, PASSPHRASE);
  expect(open(sealed, PASSPHRASE).equals(privateKey)).toBe(true);
  expect(() => open(sealed, "Sieben Raben über der Nordsee")).toThrow(/bad decrypt|DECODER|wrong|unsupported/i);
});

test("names PBKDF2 with 600,000 rounds of HMAC-SHA-256, and AES-256-CBC; salt and IV are new each time", () => {
  const texts = [1, 2].map(() => Buffer.from(sealPkcs8(der, PASSPHRASE)).toString("hex"));
  const wanted =
    /^3082....3063(06092a864886f70d01050d)3056303506092a864886f70d01050c30280410(.{32})0203(0927c0)020120300c06082a864886f70d02090500301d060960864801650304012a0410(.{32})0482/;
  const [first, second] = texts.map((text) => wanted.exec(text));
  expect(Number.parseInt(first?.[3] ?? "", 16)).toBe(600_000);
  expect(first?.[2]).not.toBe(second?.[2]);
  expect(first?.[4]).not.toBe(second?.[4]);
});

test("without a passphrase nothing is sealed", () => {
  expect(() => sealPkcs8(der, "")).toThrow(RangeError);
});
