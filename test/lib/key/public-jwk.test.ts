import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  ALGORITHM_NAMES,
  ALGORITHMS,
  type Algorithm,
  defaultUsages,
  type Usage,
} from "../../../src/lib/key/algorithm.ts";
import { publicJwk } from "../../../src/lib/key/public-jwk.ts";

const ASYMMETRIC = ALGORITHM_NAMES.filter((algorithm) => ALGORITHMS[algorithm].publicKey !== null);

function jwkOf(algorithm: Algorithm, usages: readonly Usage[], jwk: Record<string, string>) {
  const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "spki" });
  return publicJwk(algorithm, usages, pem);
}

describe("published keys", () => {
  test("RFC 7638 section 3.1: thumbprint of an RSA key", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(jwkOf("rsa-2048", ["sign", "verify"], { kty: "RSA", n, e: "AQAB" })).toEqual({
      kty: "RSA",
      n,
      e: "AQAB",
      use: "sig",
      kid: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    });
  });

  test("RFC 8037 appendix A.3: thumbprint of an Ed25519 key", () => {
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    expect(jwkOf("ed25519", ["sign", "verify"], { kty: "OKP", crv: "Ed25519", x })).toEqual({
      kty: "OKP",
      crv: "Ed25519",
      x,
      use: "sig",
      alg: "Ed25519",
      kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    });
  });
});

describe("the members of each algorithm", () => {
  test.for<{ algorithm: Algorithm; usages?: readonly Usage[]; members: object; source: string }>([
    { algorithm: "rsa-2048", members: { kty: "RSA", use: "sig" }, source: "RFC 7518 6.3: signs by several" },
    { algorithm: "rsa-3072", usages: ["encrypt", "decrypt"], members: { kty: "RSA", use: "enc" }, source: "6.3" },
    { algorithm: "rsa-4096", usages: ["unwrap"], members: { kty: "RSA", use: "enc" }, source: "6.3" },
    { algorithm: "ec-p256", members: { kty: "EC", crv: "P-256", use: "sig", alg: "ES256" }, source: "RFC 7518 3.4" },
    { algorithm: "ec-p384", members: { kty: "EC", crv: "P-384", use: "sig", alg: "ES384" }, source: "RFC 7518 3.4" },
    { algorithm: "ec-p521", members: { kty: "EC", crv: "P-521", use: "sig", alg: "ES512" }, source: "RFC 7518 3.4" },
    {
      algorithm: "ec-p256",
      usages: ["derive"],
      members: { kty: "EC", crv: "P-256" },
      source: "whoever derives says how",
    },
    { algorithm: "secp256k1", members: { kty: "EC", crv: "secp256k1", use: "sig", alg: "ES256K" }, source: "RFC 8812" },
    { algorithm: "ed25519", members: { kty: "OKP", crv: "Ed25519", use: "sig", alg: "Ed25519" }, source: "RFC 9864" },
    { algorithm: "x25519", members: { kty: "OKP", crv: "X25519", use: "enc" }, source: "RFC 8037 section 2" },
    { algorithm: "ml-dsa-44", members: { kty: "AKP", use: "sig", alg: "ML-DSA-44" }, source: "RFC 9964" },
    { algorithm: "ml-dsa-65", members: { kty: "AKP", use: "sig", alg: "ML-DSA-65" }, source: "RFC 9964" },
    { algorithm: "ml-dsa-87", members: { kty: "AKP", use: "sig", alg: "ML-DSA-87" }, source: "RFC 9964" },
    { algorithm: "ml-kem-512", members: { kty: "AKP", use: "enc", alg: "ML-KEM-512" }, source: "jose-pqc-kem" },
    { algorithm: "ml-kem-768", members: { kty: "AKP", use: "enc", alg: "ML-KEM-768" }, source: "jose-pqc-kem" },
    { algorithm: "ml-kem-1024", members: { kty: "AKP", use: "enc", alg: "ML-KEM-1024" }, source: "jose-pqc-kem" },
  ])("$algorithm ($source)", ({ algorithm, usages, members }) => {
    const { material, publicKey } = ALGORITHMS[algorithm].generate();
    material[Symbol.dispose]();
    const jwk = publicJwk(algorithm, usages ?? defaultUsages(algorithm), publicKey ?? "");
    expect(jwk).toMatchObject({ ...members, kid: expect.stringMatching(/^[\w-]{43}$/) });
    const others = Object.keys(jwk).filter((name) => !["n", "e", "x", "y", "pub", "kid"].includes(name));
    expect(others.sort()).toEqual(Object.keys(members).sort());
    const key = createPublicKey(publicKey ?? "");
    const { pub } = jwk;
    if (pub !== undefined)
      expect(
        key
          .export({ format: "der", type: "spki" })
          .subarray(-Buffer.from(pub, "base64url").length)
          .toString("base64url"),
      ).toBe(pub);
    else expect(createPublicKey({ key: jwk, format: "jwk" }).equals(key)).toBe(true);
  });

  test("none is left out", () => {
    expect(ASYMMETRIC).toHaveLength(15);
  });
});

test.for([
  ["ml-dsa-44", 1312],
  ["ml-dsa-65", 1952],
  ["ml-dsa-87", 2592],
  ["ml-kem-512", 800],
  ["ml-kem-768", 1184],
  ["ml-kem-1024", 1568],
] as const)("the pub of %s has %i bytes (FIPS 203 table 3, FIPS 204 table 2)", ([algorithm, length]) => {
  const { material, publicKey } = ALGORITHMS[algorithm].generate();
  material[Symbol.dispose]();
  const jwk = publicJwk(algorithm, defaultUsages(algorithm), publicKey ?? "");
  expect(Buffer.from(jwk["pub"] ?? "", "base64url").length).toBe(length);
});
