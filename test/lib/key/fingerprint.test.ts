import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { fingerprint } from "../../../src/lib/key/fingerprint.ts";

/** The public key of RFC 8032, 7.1, test 1. */
const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
`;

test("SHA-256 of the SubjectPublicKeyInfo in DER (value by OpenSSL and sha256sum)", () => {
  expect(fingerprint(PEM, { type: "ed25519" })).toBe(
    "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9",
  );
});

test.for([
  { what: "another type", key: PEM, type: "rsa" },
  { what: "another spelling", key: `${PEM}\n`, type: "ed25519" },
  { what: "lines of another width", key: PEM.replace("MCow", "MCow\n"), type: "ed25519" },
  { what: "an empty key", key: "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", type: "ed25519" },
  { what: "no key", key: "", type: "ed25519" },
])("$what has none", ({ key, type }) => {
  expect(fingerprint(key, { type })).toBeUndefined();
});

test("a private key has none", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  expect(fingerprint(privateKey.export({ format: "pem", type: "pkcs8" }), { type: "ed25519" })).toBeUndefined();
});

test.for([
  { what: "another curve", wanted: { type: "ec", namedCurve: "secp384r1" } },
  { what: "another size", wanted: { type: "rsa", modulusLength: 3072 } },
] as const)("a key of $what has none", ({ wanted }) => {
  const made =
    wanted.type === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = made.publicKey.export({ format: "pem", type: "spki" });
  expect(fingerprint(pem, wanted)).toBeUndefined();
  expect(fingerprint(pem, { type: wanted.type })).toMatch(/^[0-9a-f]{64}$/);
});

const COMPRESSED = `-----BEGIN PUBLIC KEY-----
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACoJFX9CHbqw750xmOoOkZPZnnGKkO
jBX8sVsB+u0SeC8=
-----END PUBLIC KEY-----
`;

test.for([
  { what: "its point compressed", pem: () => COMPRESSED },
  {
    what: "its curve in numbers",
    pem: () =>
      generateKeyPairSync("ec", { namedCurve: "prime256v1", paramEncoding: "explicit" }).publicKey.export({
        format: "pem",
        type: "spki",
      }),
  },
])("a key with $what has none: it has one spelling (RFC 5480 section 2)", ({ pem }) => {
  expect(createPublicKey(pem()).asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  expect(fingerprint(pem(), { type: "ec", namedCurve: "prime256v1" })).toBeUndefined();
});
