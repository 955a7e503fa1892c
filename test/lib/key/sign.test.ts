import { createHash, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hex, utf8 } from "../../../src/lib/bytes.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { ALGORITHM_NAMES } from "../../../src/lib/key/algorithm.ts";
import { describeMessage } from "../../../src/lib/key/message.ts";
import { planSign } from "../../../src/lib/key/plan-use.ts";
import { keySign } from "../../../src/lib/key/sign.ts";
import { type Scheme, type SignatureFormat, schemesOf, verifyMessage } from "../../../src/lib/key/signature-scheme.ts";
import { checkSignature } from "../../../src/lib/key/verify-signature.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const SIGNING = ALGORITHM_NAMES.filter((algorithm) => schemesOf(algorithm).length > 0);
const message = utf8("release 1.0");
const TIME = "2027-01-01T00:00:00.000Z";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  const keys = SIGNING.map((algorithm) => create(algorithm, { algorithm }));
  await made.perform(
    together(...keys, create("aes"), create("agreeing", { algorithm: "ec-p256", usages: ["derive"] })),
  );
  made.surroundings.piped = message;
});
afterAll(() => made[Symbol.asyncDispose]());

function sign(key: string, given: { scheme?: Scheme; format?: SignatureFormat; version?: number } = {}): Planner {
  const { scheme, format = "der", version } = given;
  return async ({ reader }) => [
    await planSign(reader, { key, version, scheme, format, message: describeMessage("r", message) }),
  ];
}

async function signed(...args: Parameters<typeof sign>): Promise<Uint8Array> {
  const { effects } = await made.perform(sign(...args));
  return Buffer.from(String(effects[0]?.data["signature"]), "base64");
}

test.for(SIGNING)("%s: signed by a quorum, verified by anybody; the chain keeps the digest", async (name) => {
  const signature = await signed(name);
  await using vault = await made.open();
  const given = {
    key: name,
    version: undefined,
    scheme: undefined,
    format: "der",
    message,
    digest: false,
    signature,
  } as const;
  const check = (changes: object) =>
    checkSignature(vault.reader, { ...given, acceptCompromised: false, ...changes }, TIME);
  expect(await check({})).toEqual({
    good: true,
    key: name,
    keyring: "default",
    version: 1,
    scheme: schemesOf(name)[0],
  });
  expect(await check({ message: utf8("release 1.1") })).toMatchObject({ good: false });
  const last = (await Array.fromAsync(vault.reader.rows("entries"))).at(-1)?.text ?? "";
  expect(last).toContain(`"signature":"${sha256Hex(signature)}"`);
});

test("each scheme and format of those that have several", async () => {
  await using vault = await made.open();
  for (const scheme of schemesOf("rsa-2048")) {
    const version = await vault.reader.find("keyVersions", {
      key: (await vault.reader.find("keys", { name: "rsa-2048" }))?.id ?? "",
    });
    const signature = await signed("rsa-2048", { scheme });
    expect(verifyMessage(scheme, "der", createPublicKey(version?.publicKey ?? ""), message, signature)).toBe(true);
  }
  expect((await signed("ec-p384", { format: "p1363" })).length).toBe(96);
});

test.for([
  { name: "aes", code: "USAGE", message: "a key of aes-256 does not sign" },
  { name: "agreeing", code: "REFUSED", message: "key default/agreeing is not for sign, but for derive" },
] as const)("$name is refused", async ({ name, code, message: said }) => {
  expect(await refusalOf(made.perform(sign(name)))).toEqual({ code, message: said });
});

test("a scheme of another algorithm, and a format of none, are refused", async () => {
  expect(await refusalOf(made.perform(sign("ed25519", { scheme: "ml-dsa-65" })))).toEqual({
    code: "USAGE",
    message: "ml-dsa-65: a key of ed25519 signs by ed25519",
  });
  expect(await refusalOf(made.perform(sign("ed25519", { format: "p1363" })))).toMatchObject({ code: "USAGE" });
  expect(keySign.parameters.safeParse({ scheme: "rot13" }).success).toBe(false);
});

test.for(["ec-p256", "secp256k1", "ec-p521", "rsa-2048"])("%s: a digest that was made elsewhere", async (name) => {
  const hash = name === "ec-p521" ? "sha512" : "sha256";
  const digest = Uint8Array.from(createHash(hash).update(message).digest());
  const plan: Planner = async ({ reader }) => [
    await planSign(reader, {
      key: name,
      version: undefined,
      scheme: undefined,
      format: "der",
      message: { digest: hex(digest) },
    }),
  ];
  const { effects } = await made.perform(plan);
  const signature = Buffer.from(String(effects[0]?.data["signature"]), "base64");
  await using vault = await made.open();
  const given = { key: name, version: undefined, scheme: undefined, format: "der", signature } as const;
  const check = (of: Uint8Array, isDigest: boolean) =>
    checkSignature(vault.reader, { ...given, message: of, digest: isDigest, acceptCompromised: false }, TIME);
  expect(await check(message, false)).toMatchObject({ good: true });
  expect(await check(digest, true)).toMatchObject({ good: true });
  expect(
    await check(
      digest.map((byte) => byte ^ 1),
      true,
    ),
  ).toMatchObject({ good: false });
});

test.for([
  { key: "ed25519", length: 32, said: "ed25519 signs the message itself, no digest of it" },
  { key: "ml-dsa-65", length: 64, said: "ml-dsa-65 signs the message itself, no digest of it" },
  { key: "ec-p384", length: 32, said: "ecdsa-sha384 signs a digest of 48 bytes: this one has 32" },
])("a digest of $length bytes for $key is refused", async ({ key, length, said }) => {
  const plan: Planner = async ({ reader }) => [
    await planSign(reader, {
      key,
      version: undefined,
      scheme: undefined,
      format: "der",
      message: { digest: "ab".repeat(length) },
    }),
  ];
  expect(await refusalOf(made.perform(plan))).toEqual({ code: "USAGE", message: said });
});

test("after a rotation the old version signs no more, and still verifies; a compromised one only if accepted", async () => {
  await made.perform(create("rotated", { algorithm: "ed25519" }));
  const signature = await signed("rotated");
  await made.perform(rotate("rotated"));
  expect(await refusalOf(made.perform(sign("rotated", { version: 1 })))).toEqual({
    code: "REFUSED",
    message: "key default/rotated version 1 is deactivated: it may not sign",
  });
  const check = async (acceptCompromised: boolean) => {
    await using vault = await made.open();
    const given = {
      key: "rotated",
      version: 1,
      scheme: undefined,
      format: "der",
      message,
      digest: false,
      signature,
    } as const;
    return await checkSignature(vault.reader, { ...given, acceptCompromised }, TIME);
  };
  expect(await check(false)).toMatchObject({ good: true, version: 1 });
  await made.perform(move("compromise", "rotated", 1));
  expect(await refusalOf(check(false))).toMatchObject({ code: "REFUSED" });
  expect(await check(true)).toMatchObject({ good: true });
  expect((await made.verify()).result).toBe("VERIFIED");
});
