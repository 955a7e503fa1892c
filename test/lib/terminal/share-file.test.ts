import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { type Identity, makeIdentity, sealIdentity } from "../../../src/lib/custodian/identity.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { sealToRecipients } from "../../../src/lib/share/recipients.ts";
import { sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import {
  describeShareFile,
  openShare,
  parseShareFile,
  type ShareKeys,
  shareKeys,
} from "../../../src/lib/terminal/share-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { shareText } from "../../support/share-text.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
let bob: Identity;
const plain = await generateIdentity("x25519");

beforeAll(async () => {
  place = await workspace({
    pass: "correct horse\n",
    other: "wrong\n",
    "age.key": `# bob's\n${plain.identity}\n`,
    letter: "Dear Bob\n",
  });
  const made = await makeIdentity({ name: "bob", age: "hybrid", rehearsal: true });
  const other = await makeIdentity({ name: "carol", age: "hybrid", rehearsal: true });
  bob = made.identity;
  await place.write("bob.identity", await sealIdentity(bob, "correct horse"));
  await place.write("carol.identity", await sealIdentity(other.identity, "correct horse"));
  other.identity[Symbol.dispose]();

  using own = shareText();
  using withKey = shareText({ custodianSeed: 5 });
  const recipients = [made.recipient ?? ""];
  await place.write("bob.share", await sealToRecipients(own, recipients));
  await place.write("bob-key.share", await sealToRecipients(withKey, recipients));
  await place.write("bob-plain.share", await sealToRecipients(own, [plain.recipient]));
  await place.write("bob-pass.share", await sealToPassphrase(own, "correct horse", 1));
  await place.write("bob-pass-key.share", await sealToPassphrase(withKey, "correct horse", 1));
  using record = new Secret(
    utf8("cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a"),
  );
  await place.write("bob-card.share", await sealToPassphrase(record, "correct horse", 1));
});
afterAll(async () => {
  bob[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

function keys(identity: string | undefined, passphrase: string | undefined): ShareKeys {
  const warn = () => undefined;
  return {
    passphrases: { files: new Map(passphrase === undefined ? [] : [["bob", place.file(passphrase)]]), warn },
    identities: new Map(identity === undefined ? [] : [["bob", place.file(identity)]]),
  };
}

function share(name: string) {
  return { name: "bob", path: place.file(`${name}.share`) };
}

describe("opens a share", () => {
  test.for([
    { what: "sealed to bob's identity", file: "bob", identity: "bob.identity", passphrase: "pass", seed: "bob's" },
    {
      what: "sealed to it, that has a signing key of its own",
      file: "bob-key",
      identity: "bob.identity",
      passphrase: "pass",
      seed: 5,
    },
    {
      what: "sealed to a plain age identity, which signs nothing",
      file: "bob-plain",
      identity: "age.key",
      passphrase: undefined,
      seed: undefined,
    },
    { what: "sealed to a passphrase", file: "bob-pass", identity: undefined, passphrase: "pass", seed: undefined },
    {
      what: "sealed to a passphrase, with the identity beside it",
      file: "bob-pass",
      identity: "bob.identity",
      passphrase: "pass",
      seed: "bob's",
    },
    {
      what: "sealed to a passphrase, with a signing key of its own",
      file: "bob-pass-key",
      identity: undefined,
      passphrase: "pass",
      seed: 5,
    },
    {
      what: "the same, and the identity isn't needed",
      file: "bob-pass-key",
      identity: "letter",
      passphrase: "pass",
      seed: 5,
    },
    {
      what: "that is a record alone, with the identity beside it",
      file: "bob-card",
      identity: "bob.identity",
      passphrase: "pass",
      seed: "bob's",
    },
  ])("$what", async ({ file, identity, passphrase, seed }) => {
    using document = await openShare(share(file), keys(identity, passphrase));
    expect(document.record).toMatchObject({ generation: 1, threshold: 2, total: 3 });
    const wanted = seed === "bob's" ? bob.signingSeed.reveal() : seed && new Uint8Array(32).fill(5);
    expect(document.custodianSeed?.reveal()).toEqual(wanted);
  });

  test("the document stays when the identity has ended", async () => {
    const document = await openShare(share("bob"), keys("bob.identity", "pass"));
    expect(document.custodianSeed).not.toBe(bob.signingSeed);
    document[Symbol.dispose]();
    expect(() => document.custodianSeed?.reveal()).toThrow("secret used after its end");
    expect(bob.signingSeed.length).toBe(32);
  });

  test("whoever may think twice is told before the identity is opened", async () => {
    const told: string[] = [];
    const beforeIdentity = (name: string, path: string) => told.push(`${name} ${path}`);
    await refusalOf(openShare(share("bob"), { ...keys("bob.identity", "other"), beforeIdentity }));
    expect(told).toEqual([`bob ${place.file("bob.identity")}`]);
  });
});

describe("says what is wrong, and with which file", () => {
  test.for([
    {
      what: "no identity",
      file: "bob",
      identity: undefined,
      passphrase: "pass",
      code: "USAGE",
      says: "bob.share: sealed to bob's identity, and none was given",
    },
    {
      what: "no passphrase",
      file: "bob-pass",
      identity: undefined,
      passphrase: undefined,
      code: "USAGE",
      says: "no passphrase for bob",
    },
    {
      what: "no passphrase of the identity",
      file: "bob",
      identity: "bob.identity",
      passphrase: undefined,
      code: "USAGE",
      says: "no passphrase for bob",
    },
    {
      what: "a wrong passphrase of the share",
      file: "bob-pass",
      identity: undefined,
      passphrase: "other",
      code: "SHARE_PASSPHRASE",
      says: "bob-pass.share: the passphrase does not open it",
    },
    {
      what: "a wrong passphrase of the identity",
      file: "bob",
      identity: "bob.identity",
      passphrase: "other",
      code: "SHARE_PASSPHRASE",
      says: "bob.identity: the passphrase does not open it",
    },
    {
      what: "another's identity",
      file: "bob",
      identity: "carol.identity",
      passphrase: "pass",
      code: "SHARE_OTHER_CUSTODIAN",
      says: "carol.identity: holds carol's identity, not bob's",
    },
    {
      what: "an identity to which it isn't sealed",
      file: "bob",
      identity: "age.key",
      passphrase: undefined,
      code: "SHARE_IDENTITY",
      says: "bob.share: the identity does not open it",
    },
    {
      what: "a letter for an identity",
      file: "bob",
      identity: "letter",
      passphrase: undefined,
      code: "IDENTITY_MALFORMED",
      says: "letter: line 1: wanted AGE-SECRET-KEY-…, or a comment with #",
    },
    {
      what: "a share for an identity",
      file: "bob",
      identity: "bob-pass.share",
      passphrase: "pass",
      code: "IDENTITY_MALFORMED",
      says: /bob-pass\.share: line 2 of the identity: wanted 'custodian'/,
    },
    {
      what: "an identity that isn't there",
      file: "bob",
      identity: "nothing",
      passphrase: undefined,
      code: "NOT_FOUND",
      says: "nothing: no such file or directory",
    },
    {
      what: "a bad identity beside a share that opens",
      file: "bob-pass",
      identity: "letter",
      passphrase: "pass",
      code: "IDENTITY_MALFORMED",
      says: /letter: line 1/,
    },
    {
      what: "a share that isn't there",
      file: "nothing",
      identity: undefined,
      passphrase: "pass",
      code: "NOT_FOUND",
      says: "nothing.share: no such file or directory",
    },
  ])("$what", async ({ file, identity, passphrase, code, says }) => {
    const refusal = await refusalOf(openShare(share(file), keys(identity, passphrase)));
    const told = refusal === "accepted" ? refusal : refusal.message.replaceAll(`${place.path}/`, "");
    if (typeof says === "string") expect(told).toBe(says);
    else expect(told).toMatch(says);
    expect(refusal).toMatchObject({ code });
  });
});

test("what flags name", () => {
  const warned: string[] = [];
  const { passphrases, identities } = shareKeys(
    { identity: ["bob.identity", "carol=/media/c/my.identity"], "passphrase-file": ["bob=pass"] },
    (message) => warned.push(message),
  );
  expect([...identities]).toEqual([
    ["bob", "bob.identity"],
    ["carol", "/media/c/my.identity"],
  ]);
  expect([...passphrases.files]).toEqual([["bob", "pass"]]);
});

test.for([
  { what: "one name twice", identity: ["bob.identity", "bob=other"], message: "--identity given twice for bob" },
  { what: "a file without a name", identity: [".identity"], message: ".identity: whose identity is it?" },
  { what: "nothing", identity: [""], message: ": whose identity is it?" },
])("$what is refused", async ({ identity, message }) => {
  const flags = { identity, "passphrase-file": [] };
  expect(await refusalOf(() => shareKeys(flags, () => undefined))).toEqual({ code: "USAGE", message });
});

test.for([
  { value: "bob.share", name: "bob", path: "bob.share" },
  { value: "/media/x/bob.2026.share", name: "bob", path: "/media/x/bob.2026.share" },
  { value: "bob=/media/x/s", name: "bob", path: "/media/x/s" },
  { value: "./a=b.share", name: "a=b", path: undefined },
])("$value", ({ value, name, path }) => {
  if (path === undefined) expect(() => parseShareFile(value)).toThrow("whose share is it?");
  else expect(parseShareFile(value)).toEqual({ name, path });
});

test("a share file says of itself how it is sealed", async () => {
  expect(await describeShareFile(place.file("bob.share"))).toMatchObject({ stanzas: ["mlkem768x25519"] });
  expect(await refusalOf(describeShareFile(place.file("letter")))).toMatchObject({
    message: `${place.file("letter")}: neither a sealed share file, nor a record (cvs1…) or its 36 words`,
  });
});
