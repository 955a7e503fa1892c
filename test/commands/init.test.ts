import { chmod, mkdir, readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { snapshotOf } from "../support/folder.ts";
import { pendingVault } from "../support/pending.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

const PEOPLE = ["alice", "bob", "carol"].flatMap((name) => ["--custodian", name]);
const PASSPHRASES = ["alice", "bob", "carol"].flatMap((name) => ["--passphrase-file", `${name}=${name}.passphrase`]);
const WEAK = ["alice", "bob", "carol"].flatMap((name) => ["--passphrase-file", `${name}=weak.passphrase`]);
const TWO_OF_THREE = ["--vault", "vault", "--threshold", "2", ...PEOPLE];
const REHEARSAL = [...TWO_OF_THREE, "--rehearsal", "--shares-dir", "shares", ...PASSPHRASES, "--yes"];

async function room(): Promise<Workspace> {
  const files = ["alice", "bob", "carol"].map((name) => [`${name}.passphrase`, `${name}'s own\n`]);
  return workspace({ ...Object.fromEntries(files), "weak.passphrase": "password1\n" });
}

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: REHEARSAL, status: 0 },
  { outcome: "json", args: [...REHEARSAL, "--json"], status: 0 },
  { outcome: "quiet", args: [...REHEARSAL, "--quiet"], status: 0 },
  { outcome: "threshold-1", args: [...REHEARSAL, "--threshold=1"].filter(notTwo), status: 2 },
  { outcome: "threshold-4", args: [...REHEARSAL, "--threshold=4"].filter(notTwo), status: 2 },
  { outcome: "no-threshold", args: REHEARSAL.filter(notTwo), status: 2 },
  { outcome: "no-custodians", args: ["--vault", "vault", "--threshold", "2", "--yes"], status: 2 },
  { outcome: "one-twice", args: [...REHEARSAL, "--custodian", "Alice"], status: 2 },
  { outcome: "bad-custodian", args: [...REHEARSAL, "--custodian", "../dave"], status: 2 },
  { outcome: "bad-name", args: [...REHEARSAL, "--name", "our vault"], status: 2 },
  { outcome: "no-folder", args: [...TWO_OF_THREE, ...PASSPHRASES, "--yes"], status: 2 },
  { outcome: "stranger", args: [...REHEARSAL, "--share-out", "dave=dave.share"], status: 2 },
  { outcome: "one-file", args: [...REHEARSAL, ...["alice", "bob"].flatMap(toOneFile)], status: 2 },
  { outcome: "beside-the-vault", args: [...REHEARSAL, "--share-out", "alice=vault/alice.share"], status: 2 },
  { outcome: "no-passphrase", args: [...REHEARSAL.slice(0, -3), "--yes"], status: 2 },
  { outcome: "bad-passphrase-flag", args: [...REHEARSAL, "--passphrase-file", "alice.passphrase"], status: 2 },
  { outcome: "weak", args: [...TWO_OF_THREE, "--shares-dir", "shares", ...WEAK, "--yes"], status: 11 },
])("$outcome: $status", async ({ outcome, args, status }) => {
  await using place = await room();
  const seen = await place.run("init", ...args);
  await expect(seen).toMatchFileSnapshot(`golden/init-${outcome}.txt`);
  expect(seen.status).toBe(status);
  if (args.includes("--json")) seen.json();
  if (status !== 0) expect(await readdir(place.path)).not.toContain("vault"); // all was checked before anything was made
});

/** All that is there, but for the lock that lets one genesis run at a time. */
async function withoutLock(place: Workspace): Promise<Record<string, string>> {
  const all = Object.entries(await snapshotOf(place.path));
  return Object.fromEntries(all.filter(([path]) => !/^state\/conclave(?:\/init\.lock)?$/.test(path)));
}

describe("what is there already", () => {
  test.for([
    { outcome: "vault-exists", status: 4, prepare: (place: Workspace) => place.run("init", ...REHEARSAL) },
    { outcome: "share-exists", status: 4, prepare: (place: Workspace) => place.write("shares/bob.share", "mine") },
    { outcome: "not-empty", status: 4, prepare: (place: Workspace) => place.write("vault/letter", "mine") },
    { outcome: "open-folder", status: 15, prepare: openFolder },
    { outcome: "open-parent", status: 15, prepare: (place: Workspace) => chmod(place.path, 0o777) },
  ])("$outcome: $status", async ({ outcome, status, prepare }) => {
    await using place = await room();
    await prepare(place);
    const before = await withoutLock(place);
    const seen = await place.run("init", ...REHEARSAL);
    await expect(seen).toMatchFileSnapshot(`golden/init-${outcome}.txt`);
    expect(seen.status).toBe(status);
    expect(await withoutLock(place)).toEqual(before);
  });
});

describe("over a pending vault", () => {
  test.for([
    { outcome: "pending", args: REHEARSAL.slice(0, -1), status: 10 },
    { outcome: "pending-json", args: [...REHEARSAL.slice(0, -1), "--json"], status: 10 },
    { outcome: "pending-threshold-9", args: [...REHEARSAL, "--threshold=9"].filter(notTwo), status: 2 },
  ])("$outcome: $status, and it is left alone", async ({ outcome, args, status }) => {
    await using place = await room();
    await pendingVault(place, ["alice"]);
    const before = await withoutLock(place);
    const seen = await place.run("init", ...args);
    await expect(seen).toMatchFileSnapshot(`golden/init-${outcome}.txt`);
    expect(seen.status).toBe(status);
    expect(await withoutLock(place)).toEqual(before);
  });

  test("--yes removes it with its share files and starts afresh", async () => {
    await using place = await room();
    await pendingVault(place, ["alice"]);
    const seen = await place.run("init", ...REHEARSAL);
    await expect(seen).toMatchFileSnapshot("golden/init-pending-yes.txt");
    expect(seen.status).toBe(0);
    expect((await readdir(place.file("shares"))).sort()).toEqual(["alice.share", "bob.share", "carol.share"]);
    expect((await place.run("audit", "verify", "--vault", "vault")).status).toBe(0);
  });

  test("nothing else is done with it", async () => {
    await using place = await room();
    await pendingVault(place, ["alice"]);
    const share = ["--share", "shares/alice.share", ...PASSPHRASES, "--yes"];
    const seen = await place.run("key", "create", "first", "--vault", "vault", "--algorithm", "aes-256", ...share);
    await expect(seen).toMatchFileSnapshot("golden/key-create-pending.txt");
    expect(seen.status).toBe(13);
    await expect(await place.run("status", "--vault", "vault")).toMatchFileSnapshot("golden/status-pending.txt");
  });
});

test("each share goes where its custodian wants it, and nowhere else", async () => {
  await using place = await room();
  await mkdir(place.file("stick"), { mode: 0o700 });
  const out = ["--share-out", "alice=stick/hers", "--share-out", "bob=bob.share", "--share-out", "carol=stick/carol"];
  const seen = await place.run("init", ...TWO_OF_THREE, "--rehearsal", ...PASSPHRASES, ...out, "--yes", "--json");
  expect(seen.json()).toMatchObject({
    shares: [
      { custodian: "alice", file: place.file("stick/hers"), proved: true },
      { custodian: "bob", file: place.file("bob.share"), proved: true },
      { custodian: "carol", file: place.file("stick/carol"), proved: true },
    ],
  });
  expect(await readdir(place.path)).not.toContain("shares");
  expect((await readdir(place.file("stick"))).sort()).toEqual(["carol", "hers"]);
});

function notTwo(word: string, index: number, words: readonly string[]): boolean {
  return !(word === "--threshold" || (word === "2" && words[index - 1] === "--threshold"));
}

function toOneFile(name: string): string[] {
  return ["--share-out", `${name}=both.share`];
}

async function openFolder(place: Workspace): Promise<void> {
  await mkdir(place.file("vault"));
  await chmod(place.file("vault"), 0o755);
}
