import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listBackups } from "../../../src/lib/backup/list.ts";
import { type Pruning, pruneBackups } from "../../../src/lib/backup/prune.ts";
import type { Retention } from "../../../src/lib/backup/retention.ts";
import { backupStatus } from "../../../src/lib/backup/status.ts";
import { backUp, backUpFile } from "../../support/backups.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let now = new Date("2026-11-24T03:00:00Z");
let made: MadeVault;
let other: MadeVault;

beforeAll(async () => {
  made = await foundVault({ surroundings: { clock: () => now } });
  other = await foundVault();
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

function fresh(name: string): string {
  mkdirSync(made.place.file(name), { recursive: true, mode: 0o700 });
  return made.place.file(name);
}

async function states(folder: string): Promise<Record<string, string>> {
  await using vault = await made.open();
  return Object.fromEntries((await listBackups(vault, folder)).map(({ file, state }) => [file, state]));
}

const NONE: Retention = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

async function prune(folder: string, retention: Partial<Retention>, dryRun = false): Promise<Pruning> {
  await using vault = await made.open();
  return await pruneBackups(vault, folder, { ...NONE, ...retention }, dryRun);
}

test("each file is what it is against the chain", async () => {
  const folder = fresh("states");
  const names: string[] = [];
  for (let i = 0; i < 5; i++) names.push((await backUp(made, "states")).name);
  const [good = "", gone = "", altered = "", swapped = "", twice = ""] = names;
  rmSync(join(folder, gone));
  const bytes = readFileSync(join(folder, altered));
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  writeFileSync(join(folder, altered), bytes);
  copyFileSync(join(folder, twice), join(folder, "copy.backup"));
  const foreign = await backUpFile(other);
  copyFileSync(foreign, join(folder, "foreign.backup"));
  copyFileSync(foreign, join(folder, swapped));
  writeFileSync(join(folder, "letter.backup"), "not a backup\n");
  writeFileSync(join(folder, "readme.txt"), "ignored\n");
  writeFileSync(join(folder, ".hidden.backup"), "ignored\n");
  symlinkSync(join(folder, good), join(folder, "link.backup"));
  mkdirSync(join(folder, "folder.backup"));
  expect(await states(folder)).toEqual({
    [good]: "OK",
    [gone]: "MISSING",
    [altered]: "ALTERED",
    [swapped]: "ALTERED",
    [twice]: "OK",
    "copy.backup": "DUPLICATE",
    "foreign.backup": "UNKNOWN",
    "letter.backup": "UNKNOWN",
  });
});

test("a renamed backup is one still; elsewhere, nothing is missed", async () => {
  const folder = fresh("renamed");
  const { name } = await backUp(made, "renamed");
  renameSync(join(folder, name), join(folder, "mine.backup"));
  expect(await states(folder)).toEqual({ "mine.backup": "OK" });
  expect(await states(fresh("elsewhere"))).toEqual({});
  expect(await refusalOf(states(made.place.file("nowhere")))).toMatchObject({ code: "NOT_FOUND" });
});

test("I11: planted backups that look newer neither count nor make prune remove the good ones", async () => {
  const folder = fresh("planted");
  const names: string[] = [];
  for (const day of ["01", "02", "03"]) {
    now = new Date(`2026-12-${day}T03:00:00Z`);
    names.push((await backUp(made, "planted")).name);
  }
  for (let i = 0; i < 20; i++) {
    const { name } = await backUp(other, "backups");
    copyFileSync(join(other.place.file("backups"), name), join(folder, `vault-2099010${i}.backup`));
  }
  const pruning = await prune(folder, { last: 2 }, true);
  expect(pruning.backups.map(({ file, kept }) => [file, kept])).toEqual([
    [names[2], ["last"]],
    [names[1], ["last"]],
    [names[0], []],
  ]);
  expect(pruning.ignored.map(({ state }) => state)).toEqual(Array(20).fill("UNKNOWN"));
  expect((await prune(folder, { last: 2 })).entry).not.toBeNull();
  const left = await states(folder);
  expect(left[names[0] ?? ""]).toBeUndefined();
  expect(Object.values(left).filter((state) => state === "OK")).toHaveLength(2);
  expect((await made.verify()).result).toBe("VERIFIED");
});

test("the last good one never goes, whatever the rules; nothing to remove leaves no entry", async () => {
  const folder = fresh("last");
  now = new Date("2026-12-04T03:00:00Z");
  const [first, second] = [await backUp(made, "last"), await backUp(made, "last")];
  const bytes = readFileSync(join(folder, second.name));
  writeFileSync(join(folder, second.name), bytes.subarray(0, -1));
  expect((await prune(folder, { yearly: 1 })).entry).toBeNull();
  expect(await states(folder)).toEqual({ [first.name]: "OK", [second.name]: "ALTERED" });
  expect(await refusalOf(prune(folder, {}))).toMatchObject({ code: "USAGE" });
});

test("what is pruned from one place is not missed there, and still is in the other", async () => {
  const [one, two] = [fresh("one"), fresh("two")];
  now = new Date("2026-12-05T03:00:00Z");
  const first = await backUp(made, "one", "two");
  now = new Date("2026-12-06T03:00:00Z");
  const second = await backUp(made, "one", "two");
  await prune(one, { last: 1 });
  expect(await states(one)).toEqual({ [second.name]: "OK" });
  expect(await states(two)).toEqual({ [first.name]: "OK", [second.name]: "OK" });
  rmSync(join(two, first.name));
  expect(await states(two)).toEqual({ [first.name]: "MISSING", [second.name]: "OK" });
});

test("status tells of the newest, and that no restore was proved", async () => {
  now = new Date("2026-12-07T03:00:00Z");
  const { name } = await backUp(made);
  await using vault = await made.open();
  expect(await backupStatus(vault)).toEqual({
    lastBackup: { name, created: "2026-12-07T03:00:00.000Z", entries: expect.any(Number) },
    restoreProved: null,
    unprovedSinceRestore: [],
  });
});
