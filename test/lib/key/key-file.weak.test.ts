import { createECDH, createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, utf8 } from "../../../src/lib/bytes.ts";
import { readKeyFile } from "../../../src/lib/key/key-file.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { der, ecKey, edKey, integer, jwkOf, oid, P256, pkcs8 } from "../../support/crafted-key.ts";
import { refusal } from "../../support/refused-key.ts";

/** ATTACKS I7: each weak or malformed key is refused by name. */

const N = fromHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const bytesOf = (text: string) => Uint8Array.from(createHash("sha256").update(text).digest());
const scalar = bytesOf("a scalar");

describe("a curve", () => {
  const point = pointOf(scalar);
  const other = pointOf(bytesOf("another"));

  test("the good key that the others are made of is taken", async () => {
    expect(await refusal(ecKey(scalar, point))).toBe("taken as ec-p256");
  });

  test.for([
    { what: "scalar 0", key: ecKey(new Uint8Array(32)), refused: "the private scalar is 0, or far too small" },
    {
      what: "scalar 1",
      key: ecKey(fromHex(`${"00".repeat(31)}01`)),
      refused: "the private scalar is 0, or far too small",
    },
    { what: "scalar n", key: ecKey(N), refused: "the private scalar is not below the order of the curve" },
    {
      what: "all ones",
      key: ecKey(new Uint8Array(32).fill(255)),
      refused: "the private scalar is not below the order of the curve",
    },
    {
      what: "point of another",
      key: ecKey(scalar, other),
      refused: "the public half does not belong to the private one",
    },
    {
      what: "point off the curve",
      key: ecKey(scalar, flipped(point)),
      refused: "the public half is not a point of the curve",
    },
    { what: "infinity", key: ecKey(scalar, Uint8Array.of(0)), refused: "the public half is the point at infinity" },
    {
      what: "half a point",
      key: ecKey(scalar, point.subarray(0, 40)),
      refused: "the public half is not a point of the curve",
    },
    {
      what: "curve by numbers",
      key: ecKey(scalar, point, der(0x30, Uint8Array.of(2, 1, 1))),
      refused: "its curve is given by numbers, not by name",
    },
    {
      what: "P-224",
      key: ecKey(scalar, undefined, oid("2b81040021")),
      refused: "a curve that the vault doesn't know: P-256, P-384, P-521, secp256k1",
    },
  ])("$what", async ({ key, refused }) => {
    expect(await refusal(key)).toBe(`REFUSED: ${refused}`);
  });

  test.for([31, 33])("a scalar of %i bytes", async (length) => {
    const long = concat(scalar, scalar).subarray(0, length);
    expect(await refusal(ecKey(long))).toBe(`INPUT_MALFORMED: a private scalar of ${length} bytes, prime256v1 has 32`);
  });

  test("two curves", async () => {
    const inner = der(0x30, Uint8Array.of(2, 1, 1), der(4, scalar), der(0xa0, oid("2b8104000a")));
    const key = pkcs8(der(0x30, oid("2a8648ce3d0201"), oid(P256)), inner);
    expect(await refusal(key)).toBe("INPUT_MALFORMED: it names two curves");
  });

  test("a JWK with the coordinates of another key, or off the curve", async () => {
    const [one, two] = [jwkOf("ec"), jwkOf("ec")];
    expect(await refusal(utf8(JSON.stringify({ ...one, x: two["x"], y: two["y"] })))).toBe(
      "REFUSED: the public half does not belong to the private one",
    );
    expect(await refusal(utf8(JSON.stringify({ ...one, x: two["x"] })))).toBe(
      "REFUSED: the public half does not belong to the private one",
    );
    expect(await refusal(utf8(JSON.stringify({ ...one, y: undefined })))).toBe("INPUT_MALFORMED: JWK: y is missing");
    expect(await refusal(utf8(JSON.stringify({ ...one, crv: "P-384" })))).toBe(
      "INPUT_MALFORMED: 32 bytes, a key of ec-p384 has 48",
    );
  });
});

describe("Ed25519, X25519", () => {
  test.for([
    { what: "Ed25519, all zero", key: edKey(new Uint8Array(32)), refused: "REFUSED: the private key is all zero" },
    {
      what: "X25519, all zero",
      key: edKey(new Uint8Array(32), "2b656e"),
      refused: "REFUSED: the private key is all zero",
    },
    {
      what: "all bytes the same",
      key: edKey(new Uint8Array(32).fill(7)),
      refused: "REFUSED: all bytes of the private key are the same",
    },
    { what: "of 31 bytes", key: edKey(scalar.subarray(1)), refused: "REFUSED: OpenSSL does not take it" },
    {
      what: "another public half",
      key: edKey(scalar, "2b6570", bytesOf("x")),
      refused: "REFUSED: the public half does not belong to the private one",
    },
    { what: "Ed448", key: edKey(concat(scalar, scalar).subarray(0, 57), "2b6571"), refused: "REFUSED: an Ed448 key" },
    { what: "DSA", key: edKey(scalar, "2a8648ce380401"), refused: "REFUSED: a DSA key" },
    {
      what: "an unknown algorithm",
      key: edKey(scalar, "2a0304"),
      refused: "REFUSED: of an algorithm that the vault doesn't know (2a0304)",
    },
  ])("$what", async ({ key, refused }) => {
    expect((await refusal(key)).slice(0, refused.length)).toBe(refused);
  });

  // The points of small order (RFC 7748 section 7; ed25519: of order 1, 2 and 4): no private key has them as its public half.
  test.for([
    { type: "x25519", x: "00".repeat(32) },
    { type: "x25519", x: `01${"00".repeat(31)}` },
    { type: "x25519", x: "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800" },
    { type: "ed25519", x: `01${"00".repeat(31)}` },
    { type: "ed25519", x: `ec${"ff".repeat(30)}7f` },
    { type: "ed25519", x: "00".repeat(32) },
  ] as const)("$type JWK with a public half of small order: $x", async ({ type, x }) => {
    const jwk = { ...jwkOf(type), x: Buffer.from(x, "hex").toString("base64url") };
    expect(await refusal(utf8(JSON.stringify(jwk)))).toBe(
      "REFUSED: the public half does not belong to the private one",
    );
  });
});

describe("ML-DSA, ML-KEM", () => {
  const ML_DSA = der(0x30, oid("608648016503040311"));
  test("a seed that is all zero", async () => {
    expect(await refusal(pkcs8(ML_DSA, der(0x80, new Uint8Array(32))))).toBe("REFUSED: the private key is all zero");
  });

  test("a seed and an expanded key that don't belong together", async () => {
    const both = der(0x30, der(4, scalar), der(4, concat(...Array.from({ length: 80 }, () => scalar))));
    expect(await refusal(pkcs8(ML_DSA, both))).toMatch(/^REFUSED: OpenSSL does not take it/);
  });

  test("a JWK with the public half of another", async () => {
    const jwk = { ...jwkOf("ml-dsa-44"), pub: jwkOf("ml-dsa-44")["pub"] };
    expect(await refusal(utf8(JSON.stringify(jwk)))).toMatch(/^REFUSED: /);
  });
});

describe("bytes", () => {
  test.for([
    {
      what: "AES of 31 bytes",
      bytes: scalar.subarray(1),
      algorithm: "aes-256",
      refused: "INPUT_MALFORMED: 31 bytes, a key of aes-256 has 32",
    },
    {
      what: "AES-256 of 16",
      bytes: scalar.subarray(16),
      algorithm: "aes-256",
      refused: "INPUT_MALFORMED: 16 bytes, a key of aes-256 has 32",
    },
    {
      what: "no bytes",
      bytes: scalar.subarray(32),
      algorithm: "aes-128",
      refused: "INPUT_MALFORMED: 0 bytes, a key of aes-128 has 16",
    },
    { what: "all zero", bytes: new Uint8Array(32), algorithm: "aes-256", refused: "REFUSED: the key is all zero" },
    {
      what: "all the same",
      bytes: new Uint8Array(64).fill(1),
      algorithm: "hmac-sha512",
      refused: "REFUSED: all bytes of the key are the same",
    },
    {
      what: "a short secret",
      bytes: scalar.subarray(17),
      algorithm: "secret-data",
      refused: "INPUT_MALFORMED: 15 bytes, a key of secret-data has 16 to 4096",
    },
    {
      what: "a long secret",
      bytes: new Uint8Array(LIMITS.secretDataBytes + 1),
      algorithm: "secret-data",
      refused: "INPUT_MALFORMED: 4097 bytes, a key of secret-data has 16 to 4096",
    },
    {
      what: "RSA",
      bytes: scalar,
      algorithm: "rsa-2048",
      refused: "INPUT_MALFORMED: a key of rsa-2048 is not just bytes",
    },
    {
      what: "a scalar that is too long",
      bytes: concat(scalar, scalar),
      algorithm: "ec-p256",
      refused: "INPUT_MALFORMED: 64 bytes, a key of ec-p256 has 32",
    },
    {
      what: "a scalar of n",
      bytes: N,
      algorithm: "ec-p256",
      refused: "REFUSED: the private scalar is not below the order of the curve",
    },
    {
      what: "a seed of zeros",
      bytes: new Uint8Array(64),
      algorithm: "ml-kem-512",
      refused: "REFUSED: the private key is all zero",
    },
  ] as const)("$what", async ({ bytes, algorithm, refused }) => {
    expect(await refusal(bytes, "raw", algorithm)).toBe(refused);
  });
});

describe("another spelling", () => {
  const good = edKey(scalar);
  const pem = (body: string, label = "PRIVATE KEY") =>
    utf8(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`);
  const text = Buffer.from(good).toString("base64");

  test.for([
    {
      what: "DER with a byte behind it",
      bytes: concat(good, Uint8Array.of(0)),
      format: "der",
      refused: "not in DER: 1 bytes too many",
    },
    { what: "DER cut short", bytes: good.subarray(0, -1), format: "der", refused: "not in DER: cut short" },
    {
      what: "a length in two bytes",
      bytes: concat(Uint8Array.of(0x30, 0x81), good.subarray(1)),
      format: "der",
      refused: "not in DER: a length that isn't written the shortest way",
    },
    {
      what: "an indefinite length",
      bytes: concat(Uint8Array.of(0x30, 0x80), good.subarray(2), new Uint8Array(2)),
      format: "der",
      refused: "not in DER: a length that no key has",
    },
    {
      what: "a padded number",
      bytes: rsaLikePadded(),
      format: "der",
      refused: "not in DER: a number that isn't written the shortest way",
    },
    { what: "100 values, each in another", bytes: nested(100), format: "der", refused: "not in DER: nested too deep" },
    {
      what: "PEM with a byte behind its DER",
      bytes: pem(Buffer.from(concat(good, Uint8Array.of(0))).toString("base64")),
      format: "pem",
      refused: "not in DER: 1 bytes too many",
    },
    {
      what: "PEM with text behind",
      bytes: concat(pem(text), utf8("rm -rf /\n")),
      format: "pem",
      refused: "not in PEM: text behind the end of a block",
    },
    {
      what: "PEM without end",
      bytes: utf8(`-----BEGIN PRIVATE KEY-----\n${text}\n`),
      format: "pem",
      refused: "not in PEM: -----END PRIVATE KEY----- is missing",
    },
    {
      what: "PEM that ends as another",
      bytes: utf8(`-----BEGIN PRIVATE KEY-----\n${text}\n-----END RSA PRIVATE KEY-----\n`),
      format: "pem",
      refused: "not in PEM: -----END PRIVATE KEY----- is missing",
    },
    {
      what: "two keys",
      bytes: concat(pem(text), pem(text)),
      format: "pem",
      refused: "2 blocks in one file, wanted one",
    },
    {
      what: "base64 with a stray character",
      bytes: pem(`*${text.slice(1)}`),
      format: "pem",
      refused: "not in PEM: base64 that isn't",
    },
    {
      what: "base64 with padding inside",
      bytes: pem(`AA==${text}`),
      format: "pem",
      refused: "not in PEM: base64 that isn't",
    },
    {
      what: "base64 with bits that are lost",
      bytes: pem("AB=="),
      format: "pem",
      refused: "not in PEM: base64 that isn't",
    },
    {
      what: "base64 that isn't whole",
      bytes: pem(text.slice(1)),
      format: "pem",
      refused: "not in PEM: base64 that isn't whole",
    },
    { what: "no PEM at all", bytes: utf8("a key"), format: "pem", refused: "not in PEM: no -----BEGIN …----- line" },
    {
      what: "a certificate",
      bytes: pem("MAA=", "CERTIFICATE"),
      format: "pem",
      refused: "a public key, and the vault holds private and secret ones",
    },
    {
      what: "PKCS#12",
      bytes: der(0x30, Uint8Array.of(2, 1, 3), der(0x30, oid("2a864886f70d010701"))),
      format: "der",
      refused: "a PKCS#12 file",
    },
    {
      what: "JSON with two of a member",
      bytes: utf8('{"kty":"oct","k":"AAAA","k":"BBBB"}'),
      format: "jwk",
      refused: 'member "k" stands there twice',
    },
    {
      what: "the same with an escape",
      bytes: utf8('{"kty":"oct","k":"AAAA","\\u006b":"BBBB"}'),
      format: "jwk",
      refused: 'member "k" stands there twice',
    },
    { what: "no JSON", bytes: utf8("{secret"), format: "jwk", refused: "no JSON" },
    { what: "JSON in UTF-16", bytes: Buffer.from('{"kty":"oct"}', "utf16le"), format: "jwk", refused: "no JSON" },
    {
      what: "another kty",
      bytes: utf8('{"kty":"DSA"}'),
      format: "jwk",
      refused: "JWK: kty: must be oct, RSA, EC, OKP or AKP",
    },
    {
      what: "a public JWK",
      bytes: utf8('{"kty":"OKP","crv":"Ed25519","x":"AAAA"}'),
      format: "jwk",
      refused: "a public key, and the vault holds private and secret ones",
    },
    { what: "a set without a key", bytes: utf8('{"keys":[]}'), format: "jwk", refused: "a JWK set without a key" },
    {
      what: "RSA with a prime as a number, which isn't repeated",
      bytes: utf8(JSON.stringify({ ...jwkOf("rsa"), p: 4711 })),
      format: "jwk",
      refused: "JWK: p: Invalid input: expected string, received number",
    },
    {
      what: "padded base64url",
      bytes: utf8('{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA=="}'),
      format: "jwk",
      refused: "JWK: k is not base64url without padding",
    },
    {
      what: "an odd digit",
      bytes: utf8("abc"),
      format: "hex",
      refused: "not in hexadecimal digits: 3 hexadecimal digits: one is missing, or too many",
    },
    {
      what: "another character",
      bytes: utf8("ab 0x"),
      format: "hex",
      refused: "not in hexadecimal digits: character 4 is no hexadecimal digit",
    },
    {
      what: "no digits",
      bytes: utf8(" \n"),
      format: "hex",
      refused: "not in hexadecimal digits: no hexadecimal digits",
    },
  ] as const)("$what", async ({ bytes, format, refused }) => {
    expect(await refusal(bytes, format, format === "pem" || format === "der" ? undefined : "aes-128")).toBe(
      `INPUT_MALFORMED: ${refused}`,
    );
  });

  test("an empty file, whose format nobody asked for", async () => {
    expect(await refusal(utf8(""))).toBe("INPUT_MALFORMED: nothing is in it");
  });

  test("two keys of one kid", async () => {
    const keys = [1, 2].map((byte) => ({ kty: "oct", kid: "same", k: Buffer.alloc(16, byte).toString("base64url") }));
    const reading = { format: undefined, algorithm: "aes-128", kid: "same", passphrase: async () => "none" } as const;
    await expect(readKeyFile(utf8(JSON.stringify({ keys })), reading)).rejects.toMatchObject({
      code: "INPUT_MALFORMED",
      message: "no key that can be imported: 2 keys of kid same in the set",
    });
  });

  test("rounds of PBKDF2 beyond the limit are not computed", async () => {
    const kdf = der(
      0x30,
      oid("2a864886f70d01050c"),
      der(0x30, der(4, scalar), integer(BigInt(LIMITS.importRounds + 1))),
    );
    const scheme = der(
      0x30,
      oid("2a864886f70d01050d"),
      der(0x30, kdf, der(0x30, oid("60864801650304012a"), der(4, scalar.subarray(16)))),
    );
    expect(await refusal(der(0x30, scheme, der(4, scalar)), "der")).toBe(
      "INPUT_MALFORMED: its passphrase takes 10000001 rounds, at most 10000000 are computed",
    );
  });
});

function pointOf(privateKey: Uint8Array): Uint8Array {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey);
  return Uint8Array.from(ecdh.getPublicKey());
}

function flipped(point: Uint8Array): Uint8Array {
  return point.map((byte, i) => (i === point.length - 1 ? byte ^ 1 : byte));
}

function nested(depth: number): Uint8Array {
  let value: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) value = der(0x30, value);
  return value;
}

function rsaLikePadded(): Uint8Array {
  return der(0x30, der(2, Uint8Array.of(0, 1)), der(2, Uint8Array.of(1)));
}
