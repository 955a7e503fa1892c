import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashBackup, readBackupHead } from "../../../src/lib/backup/backup-file.ts";
import { checkpointOf } from "../../../src/lib/backup/head.ts";
import { partName } from "../../../src/lib/backup/name.ts";
import { holdingSqlite } from "../../../src/lib/storage/sqlite.ts";
import { backUp } from "../../support/backups.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
});

afterAll(() => made[Symbol.asyncDispose]());

const folder = (name: string) => {
  mkdirSync(made.place.file(name), { recursive: true, mode: 0o700 });
  return made.place.file(name);
};

async function entryOf(sequence: number): Promise<Record<string, unknown>> {
  await using vault = await made.open();
  const row = await vault.reader.find("entries", { sequence });
  return JSON.parse(row?.text ?? "");
}

test("a backup is what its entry says, in each place the same bytes", async () => {
  const [one, two] = [folder("one"), folder("two")];
  const done = await backUp(made, "one", "two", `exec:cat > ${made.place.path}/three`);
  const files = [join(one, done.name), join(two, done.name), made.place.file("three")];
  for (const file of files) {
    expect(createHash("sha256").update(readFileSync(file)).digest("hex")).toBe(done.sha256);
    expect(hashBackup(file)).toMatchObject({ sha256: done.sha256, size: done.size });
  }
  expect(statSync(join(one, done.name)).mode & 0o777).toBe(0o600);
  const entry = await entryOf(done.entry);
  expect(entry).toMatchObject({
    type: "backup.create",
    data: { name: done.name, sha256: done.sha256, size: done.size, places: [one, two, "exec:cat"], head: done.head },
  });
  expect(readdirSync(made.place.file("vault/backup"))).toEqual(["lock"]);
  expect((await made.verify()).result).toBe("VERIFIED");
});

test("its head tells who opens it, and names no key", async () => {
  const { name } = await backUp(made, "backups");
  const { head, headLength } = readBackupHead(join(made.place.file("backups"), name));
  await using vault = await made.open();
  const { id, epoch, genesis, hostKey } = vault.identity;
  expect(head).toMatchObject({ vault: id, epoch, genesis, hostKey, name: "vault", quorums: [], handovers: [] });
  expect(head.manifest.custodians.map((seat) => seat.name)).toEqual(["alice", "bob", "carol"]);
  expect(checkpointOf(head).size).toBeGreaterThan(5);
  const clear = readFileSync(join(made.place.file("backups"), name))
    .subarray(0, headLength)
    .toString();
  expect(clear).not.toContain("payments");
  expect(clear.endsWith("\n\n")).toBe(true);
});

describe("one place that fails does not stop the others", () => {
  test.for([
    { what: "a folder that is not there", to: "gone", code: "NOT_FOUND" },
    { what: "a file", to: "letter", code: "HOST_PREFLIGHT" },
    { what: "a command that says no", to: "exec:cat >/dev/null; echo quota exceeded >&2; exit 3", code: "HOST_IO" },
    { what: "a command that dies", to: "exec:head -c 100 >/dev/null; kill -9 $$", code: "HOST_IO" },
    { what: "a command that is none", to: "exec:/no/such/program", code: "HOST_IO" },
  ])("$what", async ({ to, code }) => {
    folder("good");
    writeFileSync(made.place.file("letter"), "x");
    const done = await backUp(made, to, "good");
    expect(done.destinations.map(({ error }) => error?.code)).toEqual([code, undefined]);
    expect((await entryOf(done.entry))["data"]).toMatchObject({ places: [made.place.file("good")] });
    expect(hashBackup(join(made.place.file("good"), done.name)).sha256).toBe(done.sha256);
    const before = (await made.verify()).entries;
    expect(await refusalOf(backUp(made, to))).toMatchObject({ code });
    expect((await made.verify()).entries).toBe(before);
  });
});

test("what a command said last stands in the message, and no secret of its words in the chain", async () => {
  folder("good");
  const done = await backUp(made, "exec:TOKEN=s3cret; cat >/dev/null; echo quota exceeded >&2; exit 3", "good");
  expect(done.destinations[0]?.error?.message).toBe("exec: the command ended with 3: quota exceeded");
  const secret = await backUp(made, "exec:TOKEN=s3cret cat >/dev/null");
  expect(JSON.stringify(await entryOf(secret.entry))).not.toContain("s3cret");
  expect((await entryOf(secret.entry))["data"]).toMatchObject({ places: ["exec"] });
});

test("H8: what a killed run left is removed by the next, and nothing else", async () => {
  const place = folder("swept");
  await using vault = await made.open();
  const part = partName("vault-x.backup", vault.identity);
  const own = `.vault-${vault.identity.id.slice(0, 8)}-20261124T030000.000Z-00000000.backup.${vault.identity.epoch.slice(0, 8)}.part`;
  const others = own.replace(/\.[0-9a-f]{8}\.part$/, ".00000000.part"); // of a clone, which may be at work
  for (const name of [part, own, others, "vault-letter.backup.part"]) writeFileSync(join(place, name), "x");
  const workplace = folder("vault/backup");
  for (const name of ["copy.db", "copy.db-journal", "payload.age"]) writeFileSync(join(workplace, name), "x");
  const { name } = await backUp(made, "swept");
  expect(readdirSync(place).sort()).toEqual([others, name, part, "vault-letter.backup.part"].sort());
  expect(readdirSync(workplace)).toEqual(["lock"]);
});

test("H2: a planted link or file of the part's name is not followed nor overwritten", async () => {
  const place = folder("planted");
  writeFileSync(made.place.file("victim"), "precious");
  chmodSync(place, 0o500);
  try {
    if (process.getuid?.() !== 0) expect(await refusalOf(backUp(made, "planted"))).toMatchObject({ code: "HOST_IO" });
  } finally {
    chmodSync(place, 0o700);
  }
  symlinkSync(made.place.file("victim"), made.place.file("link"));
  expect(await refusalOf(backUp(made, "link"))).toMatchObject({ code: "HOST_PREFLIGHT" });
  expect(readFileSync(made.place.file("victim"), "utf8")).toBe("precious");
});

test("two at once: the second waits, then is told that another is at work", async () => {
  await backUp(made);
  made.surroundings.lockTimeoutMs = 50;
  try {
    await holdingSqlite(made.place.file("vault/backup/lock"), { lockTimeoutMs: 0 }, async () => {
      expect(await refusalOf(backUp(made))).toMatchObject({ code: "BUSY" });
    });
  } finally {
    made.surroundings.lockTimeoutMs = 2000;
  }
});

test("an altered vault is not backed up, nor a pending one", async () => {
  await using copy = await made.copy();
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(copy.database);
  database.exec("UPDATE keys SET name = 'otherwise'");
  database.close();
  expect(await refusalOf(backUp(copy))).toMatchObject({ code: "INTEGRITY" });
  expect(readdirSync(copy.place.file("backups")).length).toBe(readdirSync(made.place.file("backups")).length);
  expect(existsSync(copy.place.file("vault/backup/copy.db"))).toBe(false);
  rmSync(copy.place.file("backups"), { recursive: true });
});
