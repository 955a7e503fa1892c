import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { hybridIdentity, identityKind, recipientOf } from "../../../src/lib/crypto/age-recipient.ts";
import { publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import {
  Identity,
  makeIdentity,
  openIdentityFile,
  readIdentity,
  sealIdentity,
  writeIdentity,
} from "../../../src/lib/custodian/identity.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { describeSealed } from "../../../src/lib/share/age-file.ts";
import { openWithPassphrase, sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { refusalOf } from "../../support/refusal.ts";

const SEED = "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
const AGE = hybridIdentity(new Secret(new Uint8Array(32).fill(1)));
const SENTENCE = "This is the identity of custodian bob of Conclave. Keep it secret.";
const LINES = [SENTENCE, "custodian bob", `signing-key ${SEED}`, `age ${AGE}`, "rehearsal"];

function seed(): Secret {
  return new Secret(Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i));
}

function textOf(lines: readonly string[]): Secret {
  return new Secret(utf8(lines.map((line) => `${line}\n`).join("")));
}

test("the text has one line for each thing, readable without Conclave", () => {
  using identity = new Identity("bob", seed(), AGE, true);
  using written = writeIdentity(identity);
  expect(fromUtf8(written.reveal())).toBe(LINES.map((line) => `${line}\n`).join(""));
  expect(identityKind(AGE)).toBe("hybrid");
});

test.for([
  { what: "of a rehearsal", lines: LINES, ageIdentity: AGE, rehearsal: true },
  { what: "of production", lines: LINES.slice(0, 4), ageIdentity: AGE, rehearsal: false },
  { what: "without an age key", lines: LINES.slice(0, 3), ageIdentity: undefined, rehearsal: false },
  {
    what: "without an age key, of a rehearsal",
    lines: [...LINES.slice(0, 3), "rehearsal"],
    ageIdentity: undefined,
    rehearsal: true,
  },
  { what: "with another sentence", lines: ["Kept in the safe", ...LINES.slice(1)], ageIdentity: AGE, rehearsal: true },
])("an identity $what is read, and written the same", ({ lines, ageIdentity, rehearsal }) => {
  using text = textOf(lines);
  using identity = readIdentity(text);
  expect(identity).toMatchObject({ name: "bob", ageIdentity, rehearsal });
  expect(identity.signingSeed.reveal()).toEqual(seed().reveal());
  using written = writeIdentity(identity);
  expect(fromUtf8(written.reveal())).toBe([SENTENCE, ...lines.slice(1)].map((line) => `${line}\n`).join(""));
});

test("lines may end with CR LF, and the last with nothing", () => {
  using text = new Secret(utf8(LINES.join("\r\n")));
  using identity = readIdentity(text);
  expect(identity).toMatchObject({ name: "bob", ageIdentity: AGE, rehearsal: true });
});

/** The lines with one replaced by others; lines count from 1. */
function replaced(number: number, ...others: string[]): string[] {
  return [...LINES.slice(0, number - 1), ...others, ...LINES.slice(number)];
}

const wantedName =
  "line 2 of the identity: wanted 'custodian' or 'witness' and a name: 1 to 64 of letters, digits, \". _ -\", starting with a letter or digit";
const wantedSeed = "line 3 of the identity: wanted 'signing-key' and 64 lower-case hexadecimal digits";
const wantedAge = "line 4 of the identity: wanted 'age' and AGE-SECRET-KEY-…, or 'rehearsal'";

test.for([
  { what: "nothing", lines: [], message: "line 1 of the identity: the text is empty" },
  { what: "the sentence alone", lines: LINES.slice(0, 1), message: wantedName },
  { what: "no sentence", lines: LINES.slice(1), message: wantedName },
  { what: "no name", lines: replaced(2, "custodian "), message: wantedName },
  { what: "I3: a path for a name", lines: replaced(2, "custodian ../bob"), message: wantedName },
  { what: "two names", lines: replaced(2, "custodian bob carol"), message: wantedName },
  { what: "a name of 65 characters", lines: replaced(2, `custodian ${"b".repeat(65)}`), message: wantedName },
  { what: "no signing key", lines: replaced(3), message: wantedSeed },
  { what: "a short signing key", lines: replaced(3, `signing-key ${SEED.slice(2)}`), message: wantedSeed },
  { what: "an upper-case signing key", lines: replaced(3, `signing-key ${SEED.toUpperCase()}`), message: wantedSeed },
  { what: "lines out of order", lines: [SENTENCE, LINES[2] ?? "", LINES[1] ?? ""], message: wantedName },
  { what: "an age key with a typo", lines: replaced(4, `age ${AGE.slice(0, -1)}Q`), message: wantedAge },
  { what: "an age key in lower case", lines: replaced(4, `age ${AGE.toLowerCase()}`), message: wantedAge },
  { what: "a plugin's age key", lines: replaced(4, "age AGE-PLUGIN-YUBIKEY-1QQQQ"), message: wantedAge },
  { what: "an unknown line", lines: replaced(4, "rsa 12345"), message: wantedAge },
  {
    what: "an age key twice",
    lines: replaced(5, `age ${AGE}`),
    message: "line 5 of the identity: wanted no line but 'rehearsal'",
  },
  {
    what: "rehearsal twice",
    lines: [...LINES, "rehearsal"],
    message: "line 5 of the identity: wanted no line but 'rehearsal'",
  },
  {
    what: "rehearsal before the age key",
    lines: [...LINES.slice(0, 3), "rehearsal", `age ${AGE}`],
    message: wantedAge,
  },
  { what: "an empty line", lines: [...LINES, ""], message: "line 6 of the identity: wanted a line that isn't empty" },
])("$what is refused", async ({ lines, message }) => {
  using text = textOf(lines);
  expect(await refusalOf(() => readIdentity(text))).toEqual({ code: "IDENTITY_MALFORMED", message });
});

test("a text at the limit, and one above", async () => {
  using above = new Secret(new Uint8Array(LIMITS.shareFileBytes + 1).fill(0x61));
  expect(await refusalOf(() => readIdentity(above))).toMatchObject({
    message: expect.stringContaining(`wanted at most ${LIMITS.shareFileBytes}`),
  });
});

test.for([
  { what: "a name that is none", name: "b b", age: AGE },
  { what: "an age identity that is none", name: "bob", age: "AGE-SECRET-KEY-1" },
])("to write $what is a bug of the caller", ({ name, age }) => {
  using identity = new Identity(name, seed(), age, false);
  expect(() => writeIdentity(identity)).toThrow(RangeError);
});

test("a seed that ended with its identity is gone", () => {
  const mine = seed();
  {
    using identity = new Identity("bob", mine, AGE, false);
    expect(identity.signingSeed).toBe(mine);
  }
  expect(() => mine.reveal()).toThrow("secret used after its end");
});

describe("a new identity", () => {
  test.for(["hybrid", "x25519"] as const)("with a key of age, %s, and its recipient", async (age) => {
    const { identity, recipient } = await makeIdentity({ name: "bob", age, rehearsal: false });
    using owned = identity;
    expect(identityKind(owned.ageIdentity ?? "")).toBe(age);
    expect(await recipientOf(owned.ageIdentity ?? "")).toBe(recipient);
  });

  test("without a key of age, for hardware keys alone", async () => {
    const { identity, recipient } = await makeIdentity({ name: "bob", age: "none", rehearsal: false });
    using owned = identity;
    expect([owned.ageIdentity, recipient]).toEqual([undefined, undefined]);
  });

  test("is another one each time", async () => {
    const keys = await Promise.all(
      [1, 2].map(async () => {
        using identity = (await makeIdentity({ name: "bob", age: "none", rehearsal: false })).identity;
        return publicKeyOf(signingKey(identity.signingSeed));
      }),
    );
    expect(new Set(keys).size).toBe(2);
  });
});

describe("an identity file", () => {
  async function sealed(): Promise<Uint8Array> {
    using identity = new Identity("bob", seed(), AGE, true);
    return await sealIdentity(identity, "correct horse");
  }

  test("opens by its passphrase; the age program would show the text", async () => {
    using opened = await openIdentityFile(await sealed(), "correct horse");
    expect(opened).toMatchObject({ name: "bob", ageIdentity: AGE, rehearsal: true });
    using text = await openWithPassphrase(await sealed(), "correct horse");
    expect(fromUtf8(text.reveal()).split("\n").slice(0, 5)).toEqual(LINES);
  });

  test.for([
    { rehearsal: true, workFactor: 10 },
    { rehearsal: false, workFactor: 18 },
  ])("has a work factor of $workFactor, rehearsal: $rehearsal", async ({ rehearsal, workFactor }) => {
    using identity = new Identity("bob", seed(), AGE, rehearsal);
    expect(await describeSealed(await sealIdentity(identity, "correct horse"))).toMatchObject({ workFactor });
  });

  test("another passphrase is said to be one", async () => {
    expect(await refusalOf(openIdentityFile(await sealed(), "wrong"))).toMatchObject({ code: "SHARE_PASSPHRASE" });
  });

  test("what isn't one is said to be malformed, and so is a damaged one", async () => {
    using text = new Secret(utf8("cvs1\n"));
    const share = await sealToPassphrase(text, "p", 1);
    const damaged = (await sealed()).map((byte, i, all) => (i === all.length - 60 ? byte ^ 2 : byte));
    for (const [file, message] of [
      [utf8("Dear Bob"), /it does not start with/],
      [share, /line 2 of the identity/],
      [damaged, /damaged|malformed/],
    ] as const) {
      expect(await refusalOf(openIdentityFile(file, file === share ? "p" : "correct horse"))).toEqual({
        code: "IDENTITY_MALFORMED",
        message: expect.stringMatching(message),
      });
    }
  });
});

describe("docs/formats/identity.md", () => {
  const page = readFileSync("docs/formats/identity.md", "utf8");
  const armored = page.match(/ {4}-----BEGIN[^]*END AGE ENCRYPTED FILE-----\n/)?.[0].replace(/^ {4}/gm, "") ?? "";

  test("the file opens, and holds the text", async () => {
    using opened = await openIdentityFile(utf8(armored), "correct horse battery staple");
    using text = writeIdentity(opened);
    expect(page).toContain(fromUtf8(text.reveal()).replace(/^(?=.)/gm, "    "));
    expect(page).toContain(publicKeyOf(signingKey(opened.signingSeed)));
  });
});
