import { linkSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { isRehearsal, protectShare, type Seal } from "../../../src/lib/custodian/protect-share.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { describeSealed } from "../../../src/lib/share/age-file.ts";
import { openWithIdentities } from "../../../src/lib/share/recipients.ts";
import { openWithPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { shareText } from "../../support/share-text.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const bob = await generateIdentity("hybrid");
const eve = await generateIdentity("hybrid");
const NEW: Seal = { to: "passphrase", passphrase: "new" };

async function desk(): Promise<Workspace> {
  return workspace({ "desk/bob.share": "the old file" });
}

function bytesOf(place: Workspace, name = "bob.share"): Uint8Array {
  return Uint8Array.from(readFileSync(place.file(`desk/${name}`)));
}

function isAsBefore(place: Workspace): void {
  expect(readdirSync(place.file("desk"))).toEqual(["bob.share"]);
  expect(fromUtf8(bytesOf(place))).toBe("the old file");
}

test("in place, to a new passphrase: the same text, and nothing left beside it", async () => {
  await using place = await desk();
  using text = shareText({ custodianSeed: 5 });
  expect(await protectShare(text, NEW, { path: place.file("desk/bob.share"), existing: "replace" })).toBe(true);
  expect(readdirSync(place.file("desk"))).toEqual(["bob.share"]);
  expect(statSync(place.file("desk/bob.share")).mode & 0o777).toBe(0o600);
  using opened = await openWithPassphrase(bytesOf(place), "new");
  expect(opened.reveal()).toEqual(text.reveal());
});

test.for([
  { rehearsal: true, workFactor: 10 },
  { rehearsal: false, workFactor: 18 },
])("the work factor stays that of a share of a rehearsal: $rehearsal", async ({ rehearsal, workFactor }) => {
  await using place = await desk();
  using text = shareText({ rehearsal });
  expect(isRehearsal(text)).toBe(rehearsal);
  await protectShare(text, NEW, { path: place.file("desk/bob.share"), existing: "replace" });
  expect(await describeSealed(bytesOf(place))).toMatchObject({ workFactor });
});

test("in place, to recipients whose identity is at hand", async () => {
  await using place = await desk();
  using text = shareText();
  const seal: Seal = { to: "recipients", recipients: [eve.recipient, bob.recipient], identities: [bob.identity] };
  expect(await protectShare(text, seal, { path: place.file("desk/bob.share"), existing: "replace" })).toBe(true);
  using opened = await openWithIdentities(bytesOf(place), [eve.identity]);
  expect(opened.reveal()).toEqual(text.reveal());
});

test.for([
  { what: "none", identities: [] },
  { what: "another", identities: [eve.identity] },
])("in place, to recipients, with $what identity at hand: refused, and the old file stays", async ({ identities }) => {
  await using place = await desk();
  using text = shareText();
  const seal: Seal = { to: "recipients", recipients: [bob.recipient], identities };
  const path = place.file("desk/bob.share");
  expect(await refusalOf(protectShare(text, seal, { path, existing: "replace" }))).toEqual({
    code: "SHARE_IDENTITY",
    message: `${path}: stays as it is, since nothing here opens the new file`,
  });
  isAsBefore(place);
});

test("a new file beside the old one may be for keys that aren't here, and says so", async () => {
  await using place = await desk();
  using text = shareText();
  const seal: Seal = { to: "recipients", recipients: [bob.recipient], identities: [] };
  expect(await protectShare(text, seal, { path: place.file("desk/new.share"), existing: "refuse" })).toBe(false);
  using opened = await openWithIdentities(bytesOf(place, "new.share"), [bob.identity]);
  expect(opened.reveal()).toEqual(text.reveal());
  expect(fromUtf8(bytesOf(place))).toBe("the old file");
});

test("a new file is never one that is there", async () => {
  await using place = await desk();
  using text = shareText();
  const path = place.file("desk/bob.share");
  expect(await refusalOf(protectShare(text, NEW, { path, existing: "refuse" }))).toMatchObject({ code: "EXISTS" });
  isAsBefore(place);
});

test("what isn't the text of a share is not sealed as one", async () => {
  await using place = await desk();
  using text = new Secret(utf8("Dear Bob\n"));
  const path = place.file("desk/bob.share");
  expect(await refusalOf(protectShare(text, NEW, { path, existing: "replace" }))).toMatchObject({
    code: "SHARE_MALFORMED",
  });
  isAsBefore(place);
});

test.for([
  {
    what: "a symbolic link",
    make: (at: (name: string) => string) => symlinkSync("kept", at("bob.share")),
    message: "a symbolic link",
  },
  {
    what: "a second name",
    make: (at: (name: string) => string) => linkSync(at("kept"), at("bob.share")),
    message: "a file with a second name",
  },
])("H2: $what is not replaced: under the other name the old share would stay", async ({ make, message }) => {
  await using place = await desk();
  using text = shareText();
  const at = (name: string) => place.file(`desk/${name}`);
  renameSync(at("bob.share"), at("kept"));
  make(at);
  expect(await refusalOf(protectShare(text, NEW, { path: at("bob.share"), existing: "replace" }))).toEqual({
    code: "HOST_PREFLIGHT",
    message: `${at("bob.share")}: ${message}, which is not replaced`,
  });
  expect(fromUtf8(bytesOf(place, "kept"))).toBe("the old file");
});

test("what a process that died left beside it is removed, and what others may be writing is not", async () => {
  await using place = await desk();
  using text = shareText();
  const left = [".bob.share.4194305", `.bob.share.${process.ppid}`, ".bob.share.old", ".alice.share.4194305"];
  for (const name of left) writeFileSync(place.file(`desk/${name}`), "");
  await protectShare(text, NEW, { path: place.file("desk/bob.share"), existing: "replace" });
  expect(readdirSync(place.file("desk")).toSorted()).toEqual([...left.slice(1), "bob.share"].toSorted());
});
