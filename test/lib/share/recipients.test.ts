import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { p256 } from "@noble/curves/nist.js";
import { bech32 } from "@scure/base";
import { armor } from "age-encryption";
import * as cctv from "cctv-age";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { describeSealed } from "../../../src/lib/share/age-file.ts";
import { openWithIdentities, sealToRecipients } from "../../../src/lib/share/recipients.ts";
import { sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { refusalOf } from "../../support/refusal.ts";

const bob = await generateIdentity("hybrid");
const bobsOther = await generateIdentity("hybrid");
const carol = await generateIdentity("x25519");
const POINT = p256.getPublicKey(new Uint8Array(32).fill(7), true);
const HARDWARE = bech32.encode("age1tag", bech32.toWords(POINT), false);

async function sealed(...recipients: string[]): Promise<Uint8Array> {
  using plain = new Secret(utf8("a share"));
  return await sealToRecipients(plain, recipients);
}

function binary(armored: Uint8Array): Uint8Array {
  return armor.decode(fromUtf8(armored));
}

test.for([
  { what: "post-quantum", to: bob, stanza: "mlkem768x25519" },
  { what: "X25519", to: carol, stanza: "X25519" },
])("what is sealed to $what opens, armored and binary, and the plain text stays", async ({ to, stanza }) => {
  using plain = new Secret(utf8("a share"));
  const file = await sealToRecipients(plain, [to.recipient]);
  for (const form of [file, binary(file)]) {
    using opened = await openWithIdentities(form, [to.identity]);
    expect(fromUtf8(opened.reveal())).toBe("a share");
  }
  expect(fromUtf8(plain.reveal())).toBe("a share");
  expect(await describeSealed(file)).toMatchObject({ armored: true, stanzas: [stanza] });
});

test("any one of several recipients opens it, and any one of several identities serves", async () => {
  const file = await sealed(bob.recipient, bobsOther.recipient);
  for (const identities of [[bob.identity], [bobsOther.identity], [carol.identity, bob.identity]]) {
    using opened = await openWithIdentities(file, identities);
    expect(fromUtf8(opened.reveal())).toBe("a share");
  }
});

test("a share for as many recipients as one may have fits into a share file", async () => {
  const all = await Promise.all(Array.from({ length: LIMITS.recipients }, () => generateIdentity("hybrid")));
  expect((await sealed(...all.map(({ recipient }) => recipient))).length).toBeLessThan(LIMITS.shareFileBytes / 2);
});

test("recipients that can't be together are a bug of the caller", async () => {
  await expect(sealed(bob.recipient, carol.recipient)).rejects.toThrow(RangeError);
  await expect(sealed()).rejects.toThrow("0 recipients");
});

test.for([
  { what: "another identity", file: await sealed(bob.recipient), identities: [bobsOther.identity] },
  { what: "no identity", file: await sealed(bob.recipient), identities: [] },
  { what: "an identity of another kind", file: await sealed(carol.recipient), identities: [bob.identity] },
])("$what doesn't open it", async ({ file, identities }) => {
  expect(await refusalOf(openWithIdentities(file, identities))).toEqual({
    code: "SHARE_IDENTITY",
    message: "the identity does not open it",
  });
});

test("a file for hardware keys alone says that the age program opens it", async () => {
  expect(await refusalOf(openWithIdentities(await sealed(HARDWARE), [carol.identity]))).toEqual({
    code: "SHARE_IDENTITY",
    message: "sealed to keys that only the age program and its plugins open (p256tag)",
  });
  using opened = await openWithIdentities(await sealed(HARDWARE, carol.recipient), [carol.identity]);
  expect(opened.length).toBe(7);
});

test("a file sealed to a passphrase is another", async () => {
  using plain = new Secret(utf8("a share"));
  expect(await refusalOf(openWithIdentities(await sealToPassphrase(plain, "p", 1), [bob.identity]))).toEqual({
    code: "SHARE_MALFORMED",
    message: "sealed to a passphrase, wanted a file sealed to recipients",
  });
});

test("S1: a flip of any bit of a sealed file is refused, with one of the three codes", {
  timeout: 60_000,
}, async () => {
  const file = binary(await sealed(carol.recipient));
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const flipped = file.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(await refusalOf(openWithIdentities(flipped, [carol.identity])), `bit ${bit}`).toMatchObject({
      code: expect.stringMatching(/^SHARE_(MALFORMED|IDENTITY|DAMAGED)$/),
    });
  }
});

test("S4: a file above the limit is refused", async () => {
  const limit = LIMITS.shareFileBytes;
  expect(await refusalOf(openWithIdentities(new Uint8Array(limit + 1), [bob.identity]))).toEqual({
    code: "SHARE_MALFORMED",
    message: `not a sealed file: ${limit + 1} bytes, wanted at most ${limit}`,
  });
});

describe("C2SP CCTV age vectors with an identity", () => {
  const vectors = Object.entries(cctv)
    .map(([name, file]) => ({ name, ...vectorOf(file) }))
    .filter(({ identities, passphrase }) => identities.length > 0 && passphrase === undefined)
    .filter(({ file }) => file.length <= LIMITS.shareFileBytes);

  /** What each failure of a vector becomes for a person. */
  const CODES: Record<string, RegExp> = {
    "no match": /^SHARE_IDENTITY$/,
    "header failure": /^SHARE_(MALFORMED|DAMAGED)$/, // its MAC or nonce is short, once it was opened
    "armor failure": /^SHARE_MALFORMED$/,
    "HMAC failure": /^SHARE_DAMAGED$/,
    "payload failure": /^SHARE_DAMAGED$/,
  };

  test("there are at least 60", () => {
    expect(vectors.length).toBeGreaterThanOrEqual(60);
  });

  test.for(vectors)("$name: $expected", async ({ file, identities, expected, payload }) => {
    const outcome = await openWithIdentities(file, identities).then(
      (opened) => createHash("sha256").update(opened.reveal()).digest("hex"),
      (error: unknown) => (error instanceof ConclaveError ? error.code : error),
    );
    if (expected === "success") expect(outcome).toBe(payload);
    else expect(outcome).toMatch(CODES[expected] ?? /^known$/);
  });
});

/** A vector's header lines, and the age file after the empty line. */
function vectorOf(bytes: Uint8Array) {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const header = Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const values = (key: string) =>
    Array.from(header.matchAll(new RegExp(`^${key}: (.*)$`, "gm")), ([, value]) => value ?? "");
  return {
    file:
      values("compressed")[0] === "zlib"
        ? Uint8Array.from(inflateSync(bytes.subarray(end + 2)))
        : bytes.subarray(end + 2),
    expected: values("expect")[0] ?? "",
    payload: values("payload")[0] ?? "",
    identities: values("identity"),
    passphrase: values("passphrase")[0],
  };
}

const { status } = spawnSync("age", ["--version"]);
describe.skipIf(status !== 0)("the age program (skipped where it isn't installed)", () => {
  test("opens what we seal, and seals what we open", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "conclave-age-"));
    const at = (name: string) => join(folder.path, name);
    writeFileSync(at("key"), `# carol's\n${carol.identity}\n`, { mode: 0o600 });
    writeFileSync(at("carol.share"), await sealed(carol.recipient));
    const opening = spawnSync("age", ["-d", "-i", at("key"), at("carol.share")]);
    expect(opening.stdout.toString()).toBe("a share");

    const sealing = spawnSync("age", ["-r", carol.recipient, "-o", at("other.share"), at("key")]);
    expect(sealing.status).toBe(0);
    using opened = await openWithIdentities(Uint8Array.from(readFileSync(at("other.share"))), [carol.identity]);
    expect(fromUtf8(opened.reveal())).toBe(readFileSync(at("key"), "utf8"));
  });
});
