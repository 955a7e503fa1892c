import { createDecipheriv, createHash, createPrivateKey, hkdfSync } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concat, fromBase64, fromUtf8 } from "../../../src/lib/bytes.ts";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { randomBytes } from "../../../src/lib/crypto/random.ts";
import { fileParameters, streamLength } from "../../../src/lib/crypto/segment-stream.ts";
import { alteredEntry } from "../../support/altered-entry.ts";
import { decapsulateByNoble } from "../../support/dh-kem.ts";
import { decrypt, encrypt, encryptToPublicHalf } from "../../support/file-acts.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { openMaterials } from "../../support/materials.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const PLAIN = randomBytes(1024 * 1024 + 77);
const CURVES = { x25519: "X25519", "ec-p256": "P-256", "ec-p384": "P-384", "ec-p521": "P-521" } as const;
const CURVE_NAMES = Object.keys(CURVES) as (keyof typeof CURVES)[];
const PUBLIC = ["rsa-2048", "ml-kem-512", "ml-kem-768", "ml-kem-1024", ...CURVE_NAMES] as const;

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      ...(["aes-128", "aes-192", "aes-256"] as const).map((algorithm) => create(algorithm, { algorithm })),
      ...PUBLIC.map((algorithm) => create(algorithm, { algorithm, usages: ["encrypt", "decrypt"] })),
      create("other"),
      create("mac", { usages: ["mac"] }),
    ),
  );
  writeFileSync(made.place.file("plain"), PLAIN);
  writeFileSync(made.place.file("empty"), "");
  await encrypt(made, "aes-256", "plain", "encrypted");
});
afterAll(() => made[Symbol.asyncDispose]());

const bytesOf = (name: string) => readFileSync(made.place.file(name));
const names = () => readdirSync(made.place.path).sort();

test.for(["aes-128", "aes-192", "aes-256"])(
  "%s: a file and an empty one come back; the chain keeps what it says",
  async (key) => {
    for (const from of ["plain", "empty"]) {
      const { effects } = await encrypt(made, key, from, `${key}.${from}`, { associatedData: "case 17" });
      const encrypted = bytesOf(`${key}.${from}`);
      expect(effects[0]?.data).toMatchObject({ version: 1, size: encrypted.length, sha256: sha256Hex(encrypted) });
      await decrypt(made, `${key}.${from}`, `${key}.${from}.again`, { associatedData: "case 17" });
      expect(Buffer.compare(bytesOf(`${key}.${from}.again`), bytesOf(from))).toBe(0);
    }
    await using vault = await made.open();
    const texts = (await Array.fromAsync(vault.reader.rows("entries"))).map(({ text }) => text);
    expect(texts.at(-1)).toContain('"size":0');
    expect(texts.join()).not.toContain(sha256Hex(PLAIN)); // of secret inputs an HMAC, under a key that is gone
    expect((await made.verify()).result).toBe("VERIFIED");
  },
);

test("the head, then as many bytes as the format says; nothing of the plaintext", () => {
  const encrypted = bytesOf("encrypted");
  const end = encrypted.indexOf("\n") + 1;
  expect(JSON.parse(encrypted.subarray(0, end).toString())).toMatchObject({
    type: "encrypted-file",
    version: 1,
    keyVersion: 1,
    algorithm: "aes-256",
    associatedData: false,
  });
  expect(encrypted.length - end).toBe(streamLength(fileParameters(32), PLAIN.length));
  expect(encrypted.includes(PLAIN.subarray(0, 8))).toBe(false);
});

test.for(PUBLIC)("%s: to its public half without a quorum, opened with one", async (name) => {
  await encryptToPublicHalf(made, name, "plain", `${name}.enc`);
  await decrypt(made, `${name}.enc`, `${name}.again`);
  expect(Buffer.compare(bytesOf(`${name}.again`), PLAIN)).toBe(0);
  expect(await refusalOf(encrypt(made, name, "plain", "never"))).toMatchObject({ code: "USAGE" });
  const text = bytesOf(`${name}.enc`).toString("latin1");
  const encapsulated = /"encapsulated":"(....)/.exec(text)?.[1] ?? "";
  const wrong = encapsulated.startsWith("A") ? "BAAA" : "AAAA";
  writeFileSync(made.place.file(`${name}.bad`), Buffer.from(text.replace(encapsulated, wrong), "latin1"));
  expect(await refusalOf(decrypt(made, `${name}.bad`, "never"))).toMatchObject({ code: "INTEGRITY" });
});

test.for(CURVE_NAMES)("%s: by other hands, as the format says", async (name) => {
  await encryptToPublicHalf(made, name, "empty", `${name}.empty`);
  const file = new Uint8Array(bytesOf(`${name}.empty`));
  const end = file.indexOf(10) + 1;
  const head = JSON.parse(fromUtf8(file.subarray(0, end)));
  const material = (await openMaterials(made)).get(`${head.key}/1`) ?? "";
  const jwk = createPrivateKey({ key: Buffer.from(material, "hex"), format: "der", type: "pkcs8" }).export({
    format: "jwk",
  });
  const scalar = Uint8Array.from(Buffer.from(String(jwk.d), "base64url"));
  const secret = decapsulateByNoble(CURVES[name], scalar, fromBase64(head.encapsulated));
  const info = createHash("sha256").update("conclave/encrypted-file/v1\0").update(file.subarray(0, end)).digest();
  const key = Buffer.from(hkdfSync("sha256", secret, file.subarray(end + 1, end + 33), info, 32));
  const nonce = concat(file.subarray(end + 33, end + 40), Uint8Array.of(0, 0, 0, 0, 1));
  const opening = createDecipheriv("aes-256-gcm", key, nonce).setAuthTag(file.subarray(-16));
  expect(file.length).toBe(end + 40 + 16);
  expect(opening.final()).toHaveLength(0);
});

describe("what doesn't open is refused (14), and nothing is left of it", () => {
  const changed = (change: (bytes: Buffer) => Uint8Array) => (bytes: Buffer) => change(Buffer.from(bytes));
  const SEGMENT = 1024 * 1024;
  test.for([
    { what: "a flipped bit at the end", change: changed((b) => b.fill((b.at(-1) ?? 0) ^ 1, b.length - 1)) },
    { what: "a flipped bit in the first segment", change: changed((b) => b.fill((b[500] ?? 0) ^ 1, 500, 501)) },
    { what: "another version in the head", change: (b: Buffer) => replaced(b, '"keyVersion":1', '"keyVersion":2') },
    { what: "another algorithm in the head", change: (b: Buffer) => replaced(b, "aes-256", "aes-128") },
    { what: "cut off at a segment", change: (b: Buffer) => b.subarray(0, b.indexOf("\n") + 1 + SEGMENT) },
    { what: "cut off by a byte", change: (b: Buffer) => b.subarray(0, -1) },
    { what: "cut off after the head", change: (b: Buffer) => b.subarray(0, b.indexOf("\n") + 1) },
    { what: "cut off before the first segment", change: (b: Buffer) => b.subarray(0, b.indexOf("\n") + 1 + 40) },
    { what: "a byte more", change: (b: Buffer) => Buffer.concat([b, Buffer.alloc(1)]) },
  ])("$what", async ({ change }) => {
    writeFileSync(made.place.file("altered"), change(bytesOf("encrypted")));
    const before = names();
    expect(await refusalOf(decrypt(made, "altered", "never", { key: { key: "aes-256", version: 1 } }))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringMatching(/^altered: does not open with key default\/aes-256 version 1/),
    });
    expect(names()).toEqual(before);
  });

  test("another key, other associated data", async () => {
    await encrypt(made, "aes-256", "plain", "bound", { associatedData: "one" });
    const before = names();
    const other = { key: { key: "other", version: 1 } };
    expect(await refusalOf(decrypt(made, "encrypted", "never", other))).toMatchObject({ code: "INTEGRITY" });
    expect(await refusalOf(decrypt(made, "bound", "never", { associatedData: "two" }))).toMatchObject({
      code: "INTEGRITY",
    });
    expect(await refusalOf(decrypt(made, "bound", "never"))).toMatchObject({
      code: "USAGE",
      message: "bound: was encrypted with associated data, and opens only with the same",
    });
    expect(await refusalOf(decrypt(made, "encrypted", "never", { associatedData: "two" }))).toMatchObject({
      code: "USAGE",
    });
    expect(names()).toEqual(before);
  });
});

describe("I10: an input that is swapped between plan and execution is refused, and nothing is left", () => {
  test.for([
    { what: "another of the same length", swap: randomBytes(PLAIN.length) },
    { what: "a longer one", swap: randomBytes(PLAIN.length + 1) },
    { what: "a shorter one", swap: randomBytes(PLAIN.length - 1) },
  ])("plaintext: $what", async ({ swap }) => {
    writeFileSync(made.place.file("swapped"), PLAIN);
    const before = names();
    const meanwhile = async () => writeFileSync(made.place.file("swapped"), swap);
    expect(await refusalOf(encrypt(made, "aes-256", "swapped", "never", { meanwhile }))).toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(
        /^the plan is of swapped, 1048653 bytes, HMAC [0-9a-f]{64}: no such input was given/,
      ),
    });
    expect(names()).toEqual(before);
  });

  test("ciphertext: another file of the same key", async () => {
    writeFileSync(made.place.file("swapped"), bytesOf("encrypted"));
    await encrypt(made, "aes-256", "plain", "another");
    const before = names();
    const meanwhile = async () => writeFileSync(made.place.file("swapped"), bytesOf("another"));
    expect(await refusalOf(decrypt(made, "swapped", "never", { meanwhile }))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`SHA-256 ${sha256Hex(bytesOf("encrypted"))}: no such input was given`),
    });
    expect(names()).toEqual(before);
  });
});

test("a host can't write that a file became shorter by encrypting, or longer by decrypting", async () => {
  await encrypt(made, "aes-256", "plain", "whole");
  await decrypt(made, "whole", "whole.again");
  const shorter = await alteredEntry(made, "key.encrypt", (data) => {
    data.output.size = PLAIN.length;
  });
  expect(shorter).toMatch(/^INTEGRITY: .*: an encrypted file shorter than its input$/);
  const longer = await alteredEntry(made, "key.decrypt", (data) => {
    data.size = bytesOf("whole").length;
  });
  expect(longer).toMatch(/^INTEGRITY: .*: more came out than went in$/);
});

test("H2: an output that is there already, or a link, is not touched", async () => {
  writeFileSync(made.place.file("there"), "before");
  expect(await refusalOf(encrypt(made, "aes-256", "plain", "there"))).toMatchObject({ code: "EXISTS" });
  expect(bytesOf("there").toString()).toBe("before");
});

test("a key for something else, an unknown file, no file of ours", async () => {
  expect(await refusalOf(encrypt(made, "mac", "plain", "never"))).toEqual({
    code: "REFUSED",
    message: "key default/mac is not for encrypt, but for mac",
  });
  expect(await refusalOf(decrypt(made, "plain", "never"))).toMatchObject({ code: "INPUT_MALFORMED" });
  const id = /"key":"([^"]+)/.exec(bytesOf("encrypted").toString("latin1"))?.[1] ?? "";
  writeFileSync(made.place.file("foreign"), replaced(bytesOf("encrypted"), id, "00000000-0000-4000-8000-000000000000"));
  expect(await refusalOf(decrypt(made, "foreign", "never"))).toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringMatching(/^foreign: was encrypted with key 00000000-0000-4000-8000-000000000000 of vault/),
  });
});

test("a file, the key rotated, suspended, resumed, compromised", async () => {
  await made.perform(create("lived"));
  await encrypt(made, "lived", "plain", "lived.enc");
  await made.perform(rotate("lived"));
  await decrypt(made, "lived.enc", "lived.1");
  expect(await refusalOf(encrypt(made, "lived", "plain", "never", { version: 1 }))).toMatchObject({
    message: "key default/lived version 1 is deactivated: it may not encrypt",
  });
  await made.perform(move("suspend", "lived"));
  expect(await refusalOf(decrypt(made, "lived.enc", "never"))).toMatchObject({
    code: "REFUSED",
    message: "key default/lived version 1 is suspended: it may not decrypt",
  });
  await made.perform(move("resume", "lived"));
  await decrypt(made, "lived.enc", "lived.2");
  await made.perform(move("compromise", "lived"));
  expect(await refusalOf(decrypt(made, "lived.enc", "never"))).toMatchObject({ code: "REFUSED" });
  await decrypt(made, "lived.enc", "lived.3", { acceptCompromised: true });
  for (const name of ["lived.1", "lived.2", "lived.3"]) expect(Buffer.compare(bytesOf(name), PLAIN)).toBe(0);
  expect(names()).not.toContain("never");
  expect((await made.verify()).result).toBe("VERIFIED");
});

function replaced(bytes: Buffer, from: string, to: string): Uint8Array {
  return Buffer.from(bytes.toString("latin1").replace(from, to), "latin1");
}
