import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import * as cctv from "cctv-age";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromUtf8, hex, utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { describeSealed } from "../../../src/lib/share/age-file.ts";
import { openWithPassphrase, sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { Terminal } from "../../support/terminal.ts";

const PASSPHRASE = "correct horse battery staple";
const FAST = 2;

function sealed(text = "a share", workFactor = FAST): Promise<Uint8Array> {
  return sealToPassphrase(new Secret(utf8(text)), PASSPHRASE, workFactor);
}

function binary(armored: Uint8Array): Uint8Array {
  return armor.decode(fromUtf8(armored));
}

async function refusalOf(act: Promise<unknown>) {
  try {
    await act;
  } catch (error) {
    if (error instanceof ConclaveError) return { code: error.code, message: error.message };
    throw error;
  }
  return "accepted";
}

function malformed(what: string) {
  return { code: "SHARE_MALFORMED", message: `not a sealed file: ${what}` };
}

const wrongPassphrase = { code: "SHARE_PASSPHRASE", message: "the passphrase does not open it" };
const damagedHeader = { code: "SHARE_DAMAGED", message: "the passphrase opens it, but its header is damaged" };
const damagedContent = { code: "SHARE_DAMAGED", message: "the passphrase opens it, but its content is damaged" };

test("what is sealed opens, armored and binary", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.string({ minLength: 1 }), async (plain, passphrase) => {
      using secret = new Secret(plain.slice());
      const file = await sealToPassphrase(secret, passphrase, 1);
      for (const form of [file, binary(file)]) {
        using opened = await openWithPassphrase(form, passphrase);
        expect(opened.reveal()).toEqual(plain);
      }
      expect(secret.reveal()).toEqual(plain);
    }),
    { numRuns: 25 },
  );
});

test("what comes out is a plain Uint8Array of its own", async () => {
  using opened = await openWithPassphrase(await sealed(), PASSPHRASE);
  expect(opened.reveal().constructor).toBe(Uint8Array);
  expect(opened.reveal().buffer.byteLength).toBe(opened.length);
});

test("a file of the production's work factor opens", async () => {
  using opened = await openWithPassphrase(await sealed("a share", 18), PASSPHRASE);
  expect(fromUtf8(opened.reveal())).toBe("a share");
});

async function sealedToRecipient(): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  return encrypter.encrypt("a share");
}

test("another passphrase is said to be one", async () => {
  expect(await refusalOf(openWithPassphrase(await sealed(), "Correct horse battery staple"))).toEqual(wrongPassphrase);
});

/** A binary file with a text in its header replaced by another. */
async function withHeader(found: RegExp, other: string): Promise<Uint8Array> {
  const text = Buffer.from(binary(await sealed())).toString("latin1");
  expect(text).toMatch(found);
  return Uint8Array.from(Buffer.from(text.replace(found, other), "latin1"));
}

test.for([
  {
    what: "another version",
    found: /age-encryption.org\/v1/,
    other: "age-encryption.org/v2",
    says: "it does not start with 'age-encryption.org/v1'",
  },
  { what: "no end of the header", found: /\n--- /, other: "\n-+- ", says: "its age header has no end" },
  { what: "a work factor of 21", found: / 2\n/, other: " 21\n", says: "scrypt work factor 21 is above 20" },
  { what: "a work factor of 999", found: / 2\n/, other: " 999\n", says: "scrypt work factor 999 is above 20" },
  { what: "a work factor of 0", found: / 2\n/, other: " 0\n", says: "its passphrase stanza is malformed" },
  { what: "a work factor of 02", found: / 2\n/, other: " 02\n", says: "its passphrase stanza is malformed" },
  { what: "a work factor of +2", found: / 2\n/, other: " +2\n", says: "its passphrase stanza is malformed" },
  { what: "no work factor", found: / 2\n/, other: "\n", says: "its passphrase stanza is malformed" },
  { what: "a further argument", found: / 2\n/, other: " 2 3\n", says: "its passphrase stanza is malformed" },
  { what: "a second stanza", found: /\n-> /, other: "\n-> grease\n\n-> ", says: "its passphrase stanza is malformed" },
  { what: "a short salt", found: /scrypt .{4}/, other: "scrypt ", says: "its age header is malformed" },
  { what: "a MAC that isn't base64", found: /\n--- .{4}/, other: "\n--- !!!!", says: "its age header is malformed" },
])("$what is refused", async ({ found, other, says }) => {
  const file = await withHeader(found, other);
  expect(await refusalOf(openWithPassphrase(file, PASSPHRASE))).toEqual(malformed(says));
});

test.for([
  { what: "nothing", file: "", says: "it does not start with 'age-encryption.org/v1'" },
  { what: "a record in the open", file: "cvs1", says: "it does not start with 'age-encryption.org/v1'" },
  { what: "armor of nothing", file: "-----BEGIN AGE ENCRYPTED FILE-----\n", says: "its armor is malformed" },
  {
    what: "armor with text before it",
    file: "a share:\n-----BEGIN AGE ENCRYPTED FILE-----\n",
    says: "it does not start with 'age-encryption.org/v1'",
  },
  { what: "armor that isn't UTF-8", file: "-----BEGIN AGE ENCRYPTED FILE-----\n\xff", says: "its armor is malformed" },
])("$what is refused", async ({ file, says }) => {
  const bytes = Uint8Array.from(Buffer.from(file, "latin1"));
  expect(await refusalOf(openWithPassphrase(bytes, PASSPHRASE))).toEqual(malformed(says));
  expect(await refusalOf(describeSealed(bytes))).toEqual(malformed(says));
});

test("a file sealed to recipients is refused", async () => {
  expect(await refusalOf(openWithPassphrase(await sealedToRecipient(), PASSPHRASE))).toEqual({
    code: "SHARE_MALFORMED",
    message: "sealed to recipients, wanted a file sealed to a passphrase",
  });
});

test("S4: a file above the limit is refused, one at the limit is looked at", async () => {
  const limit = LIMITS.shareFileBytes;
  expect(await refusalOf(openWithPassphrase(new Uint8Array(limit + 1), PASSPHRASE))).toEqual(
    malformed(`${limit + 1} bytes, wanted at most ${limit}`),
  );
  expect(await refusalOf(openWithPassphrase(new Uint8Array(limit), PASSPHRASE))).toEqual(
    malformed("it does not start with 'age-encryption.org/v1'"),
  );
});

test("a changed header MAC or payload is damage, not a wrong passphrase", async () => {
  const file = binary(await sealed());
  const payload = Buffer.from(file).indexOf("\n", Buffer.from(file).indexOf("\n---") + 1) + 1;
  const flipped = (at: number) => file.map((byte, i) => (i === at ? byte ^ 1 : byte));

  expect(await refusalOf(openWithPassphrase(await withHeader(/\n--- .{4}/, "\n--- AAAA"), PASSPHRASE))).toEqual(
    damagedHeader,
  );
  for (const at of [payload, payload + 16, file.length - 1]) {
    expect(await refusalOf(openWithPassphrase(flipped(at), PASSPHRASE))).toEqual(damagedContent);
  }
  for (const length of [payload, payload + 15, payload + 16, file.length - 1]) {
    expect(await refusalOf(openWithPassphrase(file.subarray(0, length), PASSPHRASE))).toEqual(damagedContent);
  }
});

test("a damaged recipient stanza looks like a wrong passphrase, as docs/formats/share-file.md says", async () => {
  for (const found of [/scrypt .{4}/, /(?<=\n)[^>\n]{4}(?=[^\n]*\n---)/]) {
    const file = await withHeader(found, found.source.startsWith("scrypt") ? "scrypt AAAA" : "AAAA");
    expect(await refusalOf(openWithPassphrase(file, PASSPHRASE))).toEqual(wrongPassphrase);
  }
});

test("S1: a flip of any bit of a sealed file is refused, with one of the three codes", {
  timeout: 60_000,
}, async () => {
  const file = binary(await sealToPassphrase(new Secret(utf8("s")), PASSPHRASE, 1));
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const flipped = file.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    const raised =
      Buffer.from(flipped.subarray(0, 80))
        .toString("latin1")
        .match(/scrypt \S+ (\d+)\n/)?.[1] ?? "1";
    if (Number(raised) > 9) continue; // another work factor opens nothing either, but takes its time
    expect(await refusalOf(openWithPassphrase(flipped, PASSPHRASE)), `bit ${bit}`).toMatchObject({
      code: expect.stringMatching(/^SHARE_(MALFORMED|PASSPHRASE|DAMAGED)$/),
    });
  }
});

test.for([0, -1, 21, 1.5, Number.NaN])("a work factor of %d is a bug of the caller", async (workFactor) => {
  await expect(sealed("a share", workFactor)).rejects.toThrow(RangeError);
});

test("an empty passphrase is a bug of the caller", async () => {
  await expect(sealToPassphrase(new Secret(utf8("a share")), "", FAST)).rejects.toThrow("the passphrase is empty");
});

describe("C2SP CCTV age vectors with a passphrase", () => {
  const vectors = Object.entries(cctv)
    .map(([name, file]) => ({ name, ...vectorOf(file) }))
    .filter(({ passphrase }) => passphrase !== undefined);

  /** What each failure of a vector becomes for a person. */
  const CODES: Record<string, string> = {
    "no match": "SHARE_PASSPHRASE",
    "header failure": "SHARE_MALFORMED",
    "armor failure": "SHARE_MALFORMED",
    "HMAC failure": "SHARE_DAMAGED",
    "payload failure": "SHARE_DAMAGED",
  };

  test("there are at least 20", () => {
    expect(vectors.length).toBeGreaterThanOrEqual(20);
  });

  test.for(vectors)("$name: $expected", async ({ name, file, passphrase = "", expected, payload }) => {
    const outcome = await openWithPassphrase(file, passphrase).then(
      (opened) => createHash("sha256").update(opened.reveal()).digest("hex"),
      (error: unknown) => (error instanceof ConclaveError ? error.code : error),
    );
    if (name === "scrypt_uppercase") return expect(outcome).toBe("SHARE_MALFORMED"); // a recipient of an unknown type
    expect(outcome).toBe(expected === "success" ? payload : CODES[expected]);
  });
});

/** A vector's header lines, and the age file after the empty line. */
function vectorOf(bytes: Uint8Array) {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const header = Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const value = (key: string) => header.match(new RegExp(`^${key}: (.*)$`, "m"))?.[1];
  return {
    file: bytes.subarray(end + 2),
    expected: value("expect") ?? "",
    payload: value("payload") ?? "",
    passphrase: value("passphrase"),
  };
}

const { status } = spawnSync("age", ["--version"]);
describe.skipIf(status !== 0)("the age program (skipped where it isn't installed)", () => {
  async function age(folder: string, passphrase: string, times: number, ...args: string[]): Promise<number> {
    await using terminal = new Terminal(["age", ...args], { cwd: folder, env: { PATH: process.env["PATH"] ?? "" } });
    for (let i = 0; i < times; i++) {
      await terminal.waitFor(/passphrase.*:/i);
      terminal.type(passphrase);
      terminal.enter();
    }
    return await terminal.exit;
  }

  test("opens what we seal", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "conclave-age-"));
    writeFileSync(join(folder.path, "alice.share"), await sealed("a share\n", 10));
    expect(await age(folder.path, PASSPHRASE, 1, "-d", "-o", "plain", "alice.share")).toBe(0);
    expect(readFileSync(join(folder.path, "plain"), "utf8")).toBe("a share\n");
  });

  test.for([
    { form: "binary", flags: [] },
    { form: "armored", flags: ["-a"] },
  ])("seals what we open ($form)", async ({ form, flags }) => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "conclave-age-"));
    writeFileSync(join(folder.path, "plain"), "a share\n");
    expect(await age(folder.path, PASSPHRASE, 2, "-p", ...flags, "-o", "alice.share", "plain")).toBe(0);

    const file = Uint8Array.from(readFileSync(join(folder.path, "alice.share")));
    expect(await describeSealed(file)).toMatchObject({ armored: form === "armored", workFactor: 18 });
    using opened = await openWithPassphrase(file, PASSPHRASE);
    expect(hex(opened.reveal())).toBe(hex(utf8("a share\n")));
  });
});
