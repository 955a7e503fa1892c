import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, utf8 } from "../../../src/lib/bytes.ts";
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from "../../../src/lib/key/algorithm.ts";
import { type KeyFormat, readKeyFile } from "../../../src/lib/key/key-file.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;
const PASSPHRASE = "open sesame";

async function read(bytes: Uint8Array, options: { format?: KeyFormat; algorithm?: Algorithm; kid?: string } = {}) {
  const { format, algorithm, kid } = options;
  return await readKeyFile(bytes, { format, algorithm, kid, passphrase: async () => PASSPHRASE });
}

const ASYMMETRIC = ALGORITHM_NAMES.filter((name) => ALGORITHMS[name].publicKey !== null);
const SYMMETRIC = ALGORITHM_NAMES.filter((name) => ALGORITHMS[name].publicKey === null);

describe("a key that was made elsewhere is the same in here, for every algorithm", () => {
  test.for(ASYMMETRIC)(
    "%s: PEM, DER, JWK, encrypted, and what it was told to be",
    { timeout: 30_000 },
    async (name) => {
      using generated = ALGORITHMS[name].generate().material;
      const privateKey = createPrivateKey({ key: Buffer.from(generated.reveal()), format: "der", type: "pkcs8" });
      const wanted = createPublicKey(privateKey).export({ format: "pem", type: "spki" });
      const encrypted = { cipher: "aes-256-cbc", passphrase: PASSPHRASE };
      for (const [format, bytes] of [
        ["pem", utf8(privateKey.export({ format: "pem", type: "pkcs8" }))],
        ["der", privateKey.export({ format: "der", type: "pkcs8" })],
        ["jwk", utf8(JSON.stringify(privateKey.export({ format: "jwk" })))],
        ["pem", utf8(privateKey.export({ format: "pem", type: "pkcs8", ...encrypted }))],
        ["der", privateKey.export({ format: "der", type: "pkcs8", ...encrypted })],
      ] as const) {
        const seen = await read(bytes, { algorithm: name });
        expect(seen).toMatchObject({ format, key: { algorithm: name, publicKey: wanted, checkValue: null } });
        expect(seen.key.material.reveal()).toEqual(generated.reveal());
      }
    },
  );

  test.for(SYMMETRIC)("%s: raw, hex, JWK", async (name) => {
    const { material, checkValue } = ALGORITHMS[name].generate();
    const digits = Buffer.from(material.reveal()).toString("hex").toUpperCase();
    const jwk = { kty: "oct", k: Buffer.from(material.reveal()).toString("base64url") };
    for (const [format, bytes] of [
      ["raw", Uint8Array.from(material.reveal())],
      ["hex", utf8(`${digits.replaceAll(/(....)/g, "$1 ")}\n`)],
      ["jwk", utf8(JSON.stringify(jwk))],
    ] as const) {
      const { key } = await read(bytes, { format, algorithm: name });
      expect(key).toMatchObject({ algorithm: name, checkValue, publicKey: null });
      expect(key.material.reveal()).toEqual(material.reveal());
    }
  });

  // SEC 2, RFC 8032 and FIPS say what the bytes are; Node.js writes them as d or priv of a JWK.
  test.for(ASYMMETRIC.filter((name) => !name.startsWith("rsa")))("%s: its scalar or seed alone", async (name) => {
    using material = ALGORITHMS[name].generate().material;
    const jwk: { d?: string; priv?: string } = createPrivateKey({
      key: Buffer.from(material.reveal()),
      format: "der",
      type: "pkcs8",
    }).export({ format: "jwk" });
    const { key } = await read(Buffer.from(jwk.d ?? jwk.priv ?? "", "base64url"), { format: "raw", algorithm: name });
    expect(key.algorithm).toBe(name);
    expect(key.material.reveal()).toEqual(material.reveal());
  });
});

test("a curve's public half may be missing, or compressed: it is written again in one way", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const { d = "", x = "", y = "" } = privateKey.export({ format: "jwk" });
  const scalar = Buffer.from(d, "base64url").toString("hex");
  const compressed = `${(Buffer.from(y, "base64url").at(-1) ?? 0) % 2 === 0 ? "02" : "03"}${Buffer.from(x, "base64url").toString("hex")}`;
  const sec1 = (half: string) => {
    const inner = `0201010430${scalar}a00706052b81040022${half}`;
    return fromHex(
      `30${(inner.length / 2 < 128 ? "" : "81") + (inner.length / 2).toString(16).padStart(2, "0")}${inner}`,
    );
  };
  for (const half of ["", `a13403320 0${compressed}`.replace(" ", "")]) {
    const { key } = await read(sec1(half));
    expect(key.material.reveal()).toEqual(Uint8Array.from(privateKey.export({ format: "der", type: "pkcs8" })));
  }
});

describe("a JWK set", () => {
  const jwk = (kid: string | undefined, alg: string, k = Buffer.alloc(32, kid ?? "none").toString("base64url")) => ({
    kty: "oct",
    ...(kid !== undefined && { kid }),
    alg,
    k,
  });
  const set = utf8(JSON.stringify({ keys: [jwk("one", "HS256"), jwk("two", "A256GCM"), jwk(undefined, "A256KW")] }));

  test.for([
    { kid: "one", algorithm: "hmac-sha256" },
    { kid: "two", algorithm: "aes-256" },
  ])("kid $kid", async ({ kid, algorithm }) => {
    expect((await read(set, { kid })).key.algorithm).toBe(algorithm);
  });

  test.for([
    { what: "no kid", options: {}, code: "USAGE", message: "which key of the set? one, two, one without kid" },
    {
      what: "another kid",
      options: { kid: "six" },
      code: "NOT_FOUND",
      message: "no key of kid six in the set: one, two, one without kid",
    },
    {
      what: "another algorithm than its alg's",
      options: { kid: "one", algorithm: "aes-256" },
      code: "USAGE",
      message: "the key is of hmac-sha256 by its alg, not of aes-256",
    },
  ] as const)("$what", async ({ options, code, message }) => {
    await expect(read(set, options)).rejects.toMatchObject({ code, message });
  });

  test("one key alone needs no kid; a single JWK must have the kid that is asked for", async () => {
    const single = utf8(JSON.stringify({ keys: [jwk("one", "HS256")] }));
    expect((await read(single)).key.algorithm).toBe("hmac-sha256");
    await expect(read(utf8(JSON.stringify(jwk("one", "HS256"))), { kid: "two" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("what a key is must be evident, or told", () => {
  test.for([
    {
      what: "32 bytes",
      bytes: Buffer.alloc(32, "secret"),
      options: {},
      message: "in which format is the key? it isn't evident",
    },
    {
      what: "64 digits",
      bytes: utf8("ab".repeat(32)),
      options: { algorithm: "aes-256" },
      message: "in which format is the key? it isn't evident",
    },
    {
      what: "bytes",
      bytes: Buffer.alloc(32, "secret"),
      options: { format: "raw" },
      message: "of which algorithm is the key? bytes don't say",
    },
    {
      what: "a JWK without alg",
      bytes: utf8('{"kty":"oct","k":"AAAA"}'),
      options: {},
      message: "of which algorithm is the key? its alg doesn't say",
    },
  ] as const)("$what", async ({ bytes, options, message }) => {
    await expect(read(bytes, options)).rejects.toMatchObject({ code: "USAGE", message });
  });

  test("another algorithm than it was told", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = utf8(privateKey.export({ format: "pem", type: "pkcs8" }));
    await expect(read(pem, { algorithm: "rsa-2048" })).rejects.toMatchObject({
      code: "USAGE",
      message: "the key is of ed25519, not of rsa-2048",
    });
  });
});

describe.skipIf(!haveOpenssl)("what openssl made (needs it)", () => {
  let folder: Workspace;
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder.path, stdio: "pipe" });
  const file = (name: string) => readFileSync(`${folder.path}/${name}`);
  beforeAll(async () => {
    folder = await workspace();
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem");
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem");
    openssl("genpkey", "-algorithm", "ED25519", "-out", "ed.pem");
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test.for([
    { name: "rsa", algorithm: "rsa-2048" },
    { name: "ec", algorithm: "ec-p256" },
    { name: "ed", algorithm: "ed25519" },
  ])("$algorithm: the public half is the one that openssl tells, and signs for it", async ({ name, algorithm }) => {
    const { key } = await read(file(`${name}.pem`));
    expect(key.algorithm).toBe(algorithm);
    expect(key.publicKey).toBe(openssl("pkey", "-in", `${name}.pem`, "-pubout").toString());
    const ours = createPrivateKey({ key: Buffer.from(key.material.reveal()), format: "der", type: "pkcs8" });
    const theirs = createPublicKey(file(`${name}.pem`));
    expect(verify(null, utf8("message"), theirs, sign(null, utf8("message"), ours))).toBe(true);
  });

  test.for([
    { what: "PKCS#1", args: ["rsa", "-in", "rsa.pem", "-traditional", "-out", "out"], algorithm: "rsa-2048" },
    {
      what: "PKCS#1 in DER",
      args: ["rsa", "-in", "rsa.pem", "-traditional", "-outform", "DER", "-out", "out"],
      algorithm: "rsa-2048",
    },
    {
      what: "SEC 1, with its curve in a block before it",
      args: ["ecparam", "-name", "secp384r1", "-genkey", "-out", "out"],
      algorithm: "ec-p384",
    },
    {
      what: "a curve without public half",
      args: ["ec", "-in", "ec.pem", "-no_public", "-out", "out"],
      algorithm: "ec-p256",
    },
    {
      what: "encrypted by AES",
      args: ["pkcs8", "-topk8", "-in", "ec.pem", "-passout", `pass:${PASSPHRASE}`, "-out", "out"],
      algorithm: "ec-p256",
    },
    {
      what: "encrypted under scrypt",
      args: ["pkcs8", "-topk8", "-scrypt", "-in", "ec.pem", "-passout", `pass:${PASSPHRASE}`, "-out", "out"],
      algorithm: "ec-p256",
    },
  ])("$what", async ({ args, algorithm }) => {
    openssl(...args);
    expect((await read(file("out"))).key.algorithm).toBe(algorithm);
  });

  test.for([
    {
      what: "another passphrase",
      args: ["pkcs8", "-topk8", "-in", "ec.pem", "-passout", "pass:other"],
      message: "the passphrase does not open it, or it is damaged",
    },
    {
      what: "encrypted PEM of old",
      args: ["rsa", "-in", "rsa.pem", "-traditional", "-aes128", "-passout", "pass:x"],
      message: "encrypted in a way of old, under a key that is guessed fast",
    },
    {
      what: "PBES1",
      args: ["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-in", "rsa.pem", "-passout", "pass:x"],
      message: "encrypted in a way of old, under a key that is guessed fast",
    },
    {
      what: "scrypt more often side by side than is computed",
      args: [..."pkcs8 -topk8 -scrypt -scrypt_N 2 -scrypt_r 1 -scrypt_p 17 -in ec.pem -passout".split(" "), "pass:x"],
      message: "its passphrase takes too long",
    },
    {
      what: "a public key",
      args: ["pkey", "-in", "ec.pem", "-pubout"],
      message: "a public key, and the vault holds private and secret ones",
    },
    {
      what: "a public key in DER",
      args: ["pkey", "-in", "ec.pem", "-pubout", "-outform", "DER"],
      message: "a public key, and the vault holds private and secret ones",
    },
  ])("$what is refused", async ({ args, message }) => {
    openssl(...args, "-out", "out");
    await expect(read(file("out"))).rejects.toMatchObject({
      code: "INPUT_MALFORMED",
      message: `no key that can be imported: ${message}`,
    });
  });
});
