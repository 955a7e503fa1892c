import { chmodSync, copyFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { databaseCheck } from "../../../../src/lib/vault/check/database.ts";
import { smallVault } from "../../../support/small-vault.ts";
import { foundVault } from "../../../support/vault.ts";
import { workspace } from "../../../support/workspace.ts";

const times = ["2026-11-24T05:00:00.000Z"];

test("a sound one", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toEqual([
    { level: "ok", found: "sound; its schema to the letter, its settings read back" },
  ]);
});

test("no vault yet: said, and well", async () => {
  await using place = await workspace();
  const vault = place.file("data/none");
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toEqual([
    { level: "ok", found: `no vault at ${vault}: the host alone was looked at` },
  ]);
});

test("T8: damaged: refused", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  truncateSync(`${vault}/vault.db`, 8192);
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toMatchObject([
    { level: "refusal", found: expect.stringMatching(/^vault\.db: the database is damaged/) },
  ]);
});

test("T9: another schema: refused", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  const database = new Database(`${vault}/vault.db`);
  database.exec("CREATE TRIGGER planted AFTER INSERT ON keys BEGIN SELECT 1; END");
  database.close();
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toEqual([
    {
      level: "refusal",
      found: "vault.db: schema: trigger planted is not as it was made",
      mend: "Keep a copy of the vault as it is for the investigation, and trust nothing in it",
    },
  ]);
});

test("H1: modes that are wrong: not looked into before they are mended", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  chmodSync(`${vault}/vault.db`, 0o644);
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toEqual([
    { level: "warning", found: `not checked: ${vault}/vault.db has mode 0644, wanted 0600` },
  ]);
});

test("H4: another process writes: looked into all the same, until it commits", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  const holder = new Database(`${vault}/vault.db`);
  holder.exec("BEGIN IMMEDIATE");
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toMatchObject([
    { level: "ok" },
  ]);
  holder.exec("ROLLBACK; BEGIN EXCLUSIVE");
  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 50 })).toEqual([
    { level: "warning", found: `busy, not checked: the vault is busy: ${vault}/vault.db is held by another process` },
  ]);
  holder.close();
});

test("H8: an act that was cut off: a warning, and it is not undone by looking", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  const path = `${vault}/vault.db`;
  const database = new Database(path);
  database.pragma("cache_size = 1");
  database.exec("BEGIN IMMEDIATE");
  const insert = database.prepare("INSERT INTO blobs (hash, bytes) VALUES (?, zeroblob(20000))");
  for (let i = 0; i < 20; i++) insert.run(`${i}`); // spills into the file before it commits
  copyFileSync(path, `${path}.cut`);
  copyFileSync(`${path}-journal`, `${path}.journal`);
  database.exec("ROLLBACK");
  database.close();
  renameSync(`${path}.cut`, path);
  renameSync(`${path}.journal`, `${path}-journal`);
  const before = readFileSync(path);

  expect(await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 })).toEqual([
    {
      level: "warning",
      found: "an act was cut off: the next command that opens the vault undoes it; not checked before",
      mend: `conclave status --vault ${vault}`,
    },
  ]);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(vault).sort()).toEqual(["host.key", "vault.db", "vault.db-journal"]);
});

test("looking changes nothing", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times });
  const before = readFileSync(`${vault}/vault.db`);
  await databaseCheck.run({ vault, state: place.file("state/conclave"), lockTimeoutMs: 0 });
  expect(readFileSync(`${vault}/vault.db`).equals(before)).toBe(true);
  expect(readdirSync(vault).sort()).toEqual(["host.key", "vault.db"]);
});

test("a removed database of a vault that this machine remembers: refused", async () => {
  await using made = await foundVault();
  rmSync(made.database);
  expect(await databaseCheck.run({ vault: made.path, state: made.state, lockTimeoutMs: 0 })).toMatchObject([
    { level: "refusal", found: expect.stringContaining("vault.db: is missing, but this machine remembers the vault") },
  ]);
});
