import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { wrappingKey, wrappingKeyPem, wrappingKeyProblem } from "../../../src/lib/key/rsa-recipient.ts";

const sound = generateKeyPairSync("rsa", { modulusLength: 2048 });
const modulus = Buffer.from(sound.publicKey.export({ format: "jwk" }).n ?? "", "base64url");

/** An RSA key of these numbers, which no generator makes. */
function crafted({ n = modulus, e = "AQAB" }: { n?: Uint8Array; e?: string }) {
  return createPublicKey({ key: { kty: "RSA", n: Buffer.from(n).toString("base64url"), e }, format: "jwk" });
}

const even = Buffer.from(modulus);
even[even.length - 1] = 0x02;
/** 3 × a number of 2047 bits. */
const ofThree = Buffer.from((3n * ((1n << 2046n) + 1n)).toString(16), "hex");
const huge = Buffer.alloc(2049, 0xff);

test.for([
  { what: "sound", key: sound.publicKey, problem: undefined },
  { what: "exponent 2^256 − 1", key: crafted({ e: Buffer.alloc(32, 0xff).toString("base64url") }), problem: undefined },
  {
    what: "1024 bits",
    key: generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey,
    problem: /1024 bits, wanted at least 2048/,
  },
  {
    what: "2047 bits",
    key: crafted({ n: Buffer.concat([Buffer.of(0x7f), modulus.subarray(1)]) }),
    problem: /2047 bits/,
  },
  { what: "16392 bits", key: crafted({ n: huge }), problem: /16392 bits, wanted at most 16384/ },
  { what: "exponent 1", key: crafted({ e: "AQ" }), problem: /the RSA exponent 1,/ },
  { what: "exponent 3", key: crafted({ e: "Aw" }), problem: /the RSA exponent 3,/ },
  { what: "exponent 65536", key: crafted({ e: "AQAA" }), problem: /even RSA exponent/ },
  { what: "exponent 2", key: crafted({ e: "Ag" }), problem: /even RSA exponent/ },
  {
    what: "exponent of 257 bits",
    key: crafted({ e: Buffer.from(`01${"00".repeat(31)}01`, "hex").toString("base64url") }),
    problem: /above 2\^256/,
  },
  { what: "even modulus", key: crafted({ n: even }), problem: /factor 2/ },
  { what: "modulus with a small factor", key: crafted({ n: ofThree }), problem: /factor 3/ },
  { what: "EC", key: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, problem: /a key of ec, wanted RSA/ },
  {
    what: "RSA-PSS",
    key: generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey,
    problem: /a key of rsa-pss, wanted RSA/,
  },
])("$what", ({ key, problem }) => {
  const found = wrappingKeyProblem(key);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
  expect(wrappingKey(wrappingKeyPem(key))?.equals(key)).toBe(problem === undefined ? true : undefined);
});

test.for([
  { what: "the private key", pem: sound.privateKey.export({ format: "pem", type: "pkcs8" }) },
  { what: "PKCS#1", pem: sound.publicKey.export({ format: "pem", type: "pkcs1" }) },
  { what: "with a line before it", pem: `\n${wrappingKeyPem(sound.publicKey)}` },
  { what: "without its last line feed", pem: wrappingKeyPem(sound.publicKey).trimEnd() },
  { what: "twice", pem: wrappingKeyPem(sound.publicKey).repeat(2) },
  { what: "nothing", pem: "" },
])("in a plan it has one spelling: $what is refused", ({ pem }) => {
  expect(wrappingKey(pem)).toBeUndefined();
});
