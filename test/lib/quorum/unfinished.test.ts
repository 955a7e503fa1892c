import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findUnfinished, removeUnfinished } from "../../../src/lib/quorum/unfinished.ts";
import { snapshotOf } from "../../support/folder.ts";
import { pendingVault, surroundingsOf } from "../../support/pending.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const find = (place: Workspace) => findUnfinished(place.file("vault"), surroundingsOf(place));
const remove = async (place: Workspace) =>
  removeUnfinished(place.file("vault"), await find(place), surroundingsOf(place));

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(async () => made[Symbol.asyncDispose]());

describe("nothing", () => {
  test("no folder", async () => {
    await using place = await workspace();
    expect(await find(place)).toEqual({ kind: "nothing" });
    expect(await remove(place)).toEqual([]);
  });

  test("an empty folder, which stays", async () => {
    await using place = await workspace({ "vault/x": "" });
    await rm(place.file("vault/x"));
    expect(await find(place)).toEqual({ kind: "nothing" });
    expect(await remove(place)).toEqual([]);
    expect(await readdir(place.path)).toContain("vault");
  });
});

describe("debris: genesis died before its first commit", () => {
  test.for([
    { files: ["vault.db"] },
    { files: [".vault.db.123"] },
    { files: ["vault.db", "vault.db-journal"] },
    { files: ["vault.db", "host.key"] },
    { files: ["vault.db", "host.key", ".host.key.99"] },
  ])("$files", async ({ files }) => {
    const key = await readFile(`${made.path}/host.key`);
    const content = (name: string) => (name.endsWith("host.key") ? key : "");
    await using place = await workspace(Object.fromEntries(files.map((name) => [`vault/${name}`, content(name)])));
    expect(await find(place)).toEqual({ kind: "debris" });
    expect(await remove(place)).toEqual([]);
    expect(await readdir(place.file("vault"))).toEqual([]);
  });
});

describe("a folder with foreign files is never touched", () => {
  test.for([
    { what: "a letter", files: { letter: "mine" }, holds: "letter" },
    { what: "one that is hidden", files: { ".git": "mine" }, holds: ".git" },
    { what: "one beside an empty database", files: { "vault.db": "", letter: "mine" }, holds: "letter" },
    { what: "one that looks like ours", files: { ".host.key.1.bak": "mine" }, holds: ".host.key.1.bak" },
  ])("$what", async ({ files, holds }) => {
    const named = Object.entries(files).map(([name, text]) => [`vault/${name}`, text]);
    await using place = await workspace(Object.fromEntries(named));
    const before = await snapshotOf(place.path);
    await expect(find(place)).rejects.toMatchObject({
      code: "EXISTS",
      message: `${place.file("vault")} is not empty: it holds ${holds}`,
    });
    await expect(remove(place)).rejects.toThrow("is not empty");
    expect(await snapshotOf(place.path)).toEqual(before);
  });

  test("a database of something else", async () => {
    await using place = await workspace({ "vault/vault.db": "SQLite format 3\0 but not quite" });
    await expect(find(place)).rejects.toMatchObject({ code: "INTEGRITY" });
  });

  test("a vault in force", async () => {
    await using copy = await made.copy();
    const before = await snapshotOf(copy.place.path);
    const message = `a vault exists already at ${copy.path}`;
    await expect(find(copy.place)).rejects.toMatchObject({ code: "EXISTS", message });
    expect(await snapshotOf(copy.place.path)).toEqual(before);
  });
});

describe("a vault that was emptied is not taken for debris", () => {
  test.for([
    { what: "truncated", empty: (copy: MadeVault) => writeFile(copy.database, "") },
    { what: "removed", empty: (copy: MadeVault) => rm(copy.database) },
  ])("$what", async ({ empty }) => {
    await using copy = await made.copy();
    await empty(copy);
    await expect(find(copy.place)).rejects.toMatchObject({
      code: "INTEGRITY",
      message: `vault.db: is empty, but this machine remembers the vault at ${copy.path}`,
    });
  });
});

describe("pending", () => {
  test.for([
    { provers: [], proved: [], unproved: ["alice", "bob", "carol"] },
    { provers: ["alice"], proved: ["alice"], unproved: ["bob", "carol"] },
    { provers: ["alice", "bob"], proved: ["alice", "bob"], unproved: ["carol"] },
  ])("proved by $proved", async ({ provers, proved, unproved }) => {
    await using place = await workspace();
    await pendingVault(place, provers);
    expect(await find(place)).toMatchObject({ kind: "pending", proved, unproved });
  });

  test("is removed with its share files and this machine's memory of it, and nothing else is", async () => {
    await using place = await workspace({ "shares/letter": "mine", "shares/dave.share": "mine too" });
    await pendingVault(place, ["alice"]);
    expect(await remove(place)).toEqual([]);
    expect(await readdir(place.file("vault"))).toEqual([]);
    expect((await readdir(place.file("shares"))).sort()).toEqual(["dave.share", "letter"]);
    const remembered = (await readdir(place.file("state"), { recursive: true })).filter((name) =>
      name.endsWith(".json"),
    );
    expect(remembered).toEqual([]);
    expect(await find(place)).toEqual({ kind: "nothing" });
  });

  test("a share file that was lost is no obstacle", async () => {
    await using place = await workspace();
    await pendingVault(place, []);
    await rm(place.file("shares/bob.share"));
    expect(await remove(place)).toEqual([]);
    expect(await readdir(place.file("shares"))).toEqual([]);
  });

  test.for([
    { what: "replaced", replace: (file: string) => writeFile(file, "somebody's letter") },
    { what: "replaced by a large one", replace: (file: string) => writeFile(file, new Uint8Array(100_000)) },
  ])("a share file that was $what is left, and told of", async ({ replace }) => {
    await using place = await workspace();
    await pendingVault(place, []);
    await replace(place.file("shares/bob.share"));
    expect(await remove(place)).toEqual([place.file("shares/bob.share")]);
    expect(await readdir(place.file("shares"))).toEqual(["bob.share"]);
  });

  test("temporary names of share files that a crash left go too", async () => {
    await using place = await workspace();
    await pendingVault(place, []);
    const found = await find(place);
    const id = found.kind === "pending" ? found.vault.id : "";
    await place.write(`shares/.bob.bob.share.${id}`, "half of it");
    expect(await remove(place)).toEqual([]);
    expect(await readdir(place.file("shares"))).toEqual([]);
  });
});
