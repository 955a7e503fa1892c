import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAnchor } from "../../src/lib/host/anchor.ts";
import { PRIMARY_KEYS, PROJECTIONS } from "../../src/lib/storage/tables.ts";
import { restoredElsewhere } from "../support/backups.ts";
import { DamagedVault } from "../support/damage.ts";
import { fromFile, importKey } from "../support/imports.ts";
import { create, together } from "../support/key-acts.ts";
import { contentsOf, editDatabase, replaceTable } from "../support/raw-database.ts";
import { contentOf, recordEnd } from "../support/transcripts.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
/** The database as it was before the last key was made. */
let older: Uint8Array;
/** And as it is. */
let newer: Uint8Array;

beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("payments", { tag: ["owner=cards"] }));
  older = readFileSync(made.database);
  await made.createKey("signing", ["bob", "carol"], "ed25519");
  newer = readFileSync(made.database);
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

describe("T6: an older copy of the whole vault", () => {
  test("beside a newer anchor is refused by verification and by every act, and nothing is written", async () => {
    await using copy = await made.copy();
    writeFileSync(copy.database, older);
    const refusal = { code: "INTEGRITY", message: "vault: is behind its anchor: it has 7 entries, this machine saw 9" };
    await expect(copy.verify()).rejects.toMatchObject(refusal);
    await expect(copy.verify({ full: false })).rejects.toMatchObject(refusal);
    await expect(copy.createKey("more", ["alice", "bob"])).rejects.toMatchObject(refusal);
    await expect(copy.createKey("more", ["alice"])).rejects.toMatchObject(refusal);
    expect(readFileSync(copy.database).equals(older)).toBe(true);
  });

  test("by the command line: exit status 14, one line that names the vault, no stack", async () => {
    await using copy = await made.copy();
    writeFileSync(copy.database, older);
    for (const command of [
      ["audit", "verify", "--vault", copy.path],
      ["key", "create", "more", "--vault", copy.path, "--algorithm", "aes-256", ...copy.flags("alice", "bob")],
    ]) {
      const seen = await copy.place.run(...command);
      expect(seen.status).toBe(14);
      expect(seen.stdout).toBe("");
      const errors = seen.stderr.split("\n").filter((line) => line.startsWith("error:"));
      expect(errors).toEqual(["error: vault: is behind its anchor: it has 7 entries, this machine saw 9"]);
      expect(seen.stderr).not.toMatch(/^\s+at |\.ts:|\.js:/m);
    }
  });

  test("is found by a checkpoint kept elsewhere, where this machine has no memory", async () => {
    await using copy = await made.copy();
    const note = noteOf(copy.database);
    writeFileSync(copy.database, older);
    await rm(copy.state, { recursive: true });
    await expect(copy.verify()).resolves.toMatchObject({ result: "CONSISTENT", entries: 7 });
    await expect(copy.verify({ checkpoint: note })).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "vault: has 7 entries, the kept checkpoint 9",
    });
  });

  test("that went on by itself is another history than the anchor's", async () => {
    await using copy = await made.copy();
    writeFileSync(copy.database, older);
    await rm(copy.state, { recursive: true });
    for (const name of ["a", "b"]) await copy.createKey(name, ["alice", "carol"]);
    await rm(copy.state, { recursive: true });
    await cp(made.state, copy.state, { recursive: true });
    await expect(copy.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "vault: is another history than its anchor: they differ within the first 9 entries",
    });
  });

  test("an older checkpoint, rightly signed, put back by itself", async () => {
    await using copy = await made.copy();
    const before = copy.place.file("older.db");
    writeFileSync(before, older, { mode: 0o600 });
    const note = noteOf(before);
    editDatabase(copy.database, (database) => database.prepare("UPDATE checkpoint SET note = ?").run(note));
    await expect(copy.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "audit chain: entry 9 or the checkpoint was altered: the tree's root differs",
    });
  });

  test.for(PROJECTIONS)("T3: the older rows of %s put back", async (table) => {
    await using copy = await made.copy();
    const before = copy.place.file("older.db");
    writeFileSync(before, older, { mode: 0o600 });
    replaceTable(copy.database, before, table);
    const changed = ["keys", "keyNames", "keyVersions", "plans"].includes(table);
    if (changed) await expect(copy.verify()).rejects.toMatchObject({ code: "INTEGRITY" });
    else await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });
});

describe("T7: journals", () => {
  /** A process died in the middle of a transaction that had begun to write: the database and its hot journal. */
  function interrupted(path: string): { database: Uint8Array; journal: Uint8Array } {
    const database = new Database(path);
    try {
      database.pragma("cache_size = 1");
      database.exec("BEGIN IMMEDIATE");
      for (let i = 0; i < 40; i++) database.exec(`INSERT INTO quorums VALUES ('${i}', '${"x".repeat(2000)}${i}', '')`);
      return { database: readFileSync(path), journal: readFileSync(`${path}-journal`) };
    } finally {
      if (database.inTransaction) database.exec("ROLLBACK");
      database.close();
    }
  }

  test("a hot journal is rolled back: the state as it was", async () => {
    await using copy = await made.copy();
    const vault = new DamagedVault(copy);
    const { database, journal } = interrupted(copy.database);
    expect(Buffer.from(database).equals(newer)).toBe(false);
    const outcome = await vault.judge("hot journal", (path) => {
      writeFileSync(path, database);
      writeFileSync(`${path}-journal`, journal, { mode: 0o600 });
    });
    expect(outcome).toBe("same state");
  });

  test("a hot journal taken away, cut off anywhere, or of another vault", { timeout: 60_000 }, async () => {
    await using copy = await made.copy();
    await using other = await foundVault();
    const vault = new DamagedVault(copy);
    const { database, journal } = interrupted(copy.database);
    const foreign = interrupted(other.database);
    const judge = (what: string, left: Uint8Array | undefined, main = database) =>
      vault.judge(what, (path) => {
        writeFileSync(path, main);
        if (left !== undefined) writeFileSync(`${path}-journal`, left, { mode: 0o600 });
      });
    expect(await judge("taken away", undefined)).toBe("integrity error");
    for (let length = 0; length < journal.length; length += 512) {
      await judge(`journal of ${length} bytes`, journal.subarray(0, length));
    }
    await judge("of another vault", foreign.journal);
    await judge("of another vault over the sound database", foreign.journal, vault.sound);
    expect(await judge("of this vault over the sound database", journal, vault.sound)).toBe("same state");
  });

  test("a write-ahead log cut off anywhere: the last state, or an integrity error; never the one before", {
    timeout: 60_000,
  }, async () => {
    await using copy = await made.copy();
    const path = copy.database;
    const { main, log } = withLog(path);
    for (let length = log.length; length >= 0; length -= 1024) {
      writeFileSync(path, main);
      writeFileSync(`${path}-wal`, log.subarray(0, length), { mode: 0o600 });
      const verified = await copy.verify().catch((error: unknown) => error);
      if (length === log.length) expect(verified).toMatchObject({ result: "VERIFIED", entries: 9 });
      else expect(verified, `${length} bytes`).toMatchObject({ code: "INTEGRITY" });
      for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    }
  });

  /** The older database, and a write-ahead log that makes the newer one of it. */
  function withLog(path: string): { main: Uint8Array; log: Uint8Array } {
    const target = `${path}.newer`;
    writeFileSync(target, newer);
    writeFileSync(path, older);
    const database = new Database(path);
    try {
      database.pragma("journal_mode = WAL");
      database.pragma("wal_checkpoint(TRUNCATE)");
      const main = readFileSync(path);
      database.exec(`ATTACH '${target}' AS newer; BEGIN`);
      for (const table of Object.keys(PRIMARY_KEYS).toReversed()) database.exec(`DELETE FROM "${table}"`);
      for (const table of Object.keys(PRIMARY_KEYS)) {
        database.exec(`INSERT INTO main."${table}" SELECT * FROM newer."${table}"`);
      }
      database.exec("COMMIT");
      return { main, log: readFileSync(`${path}-wal`) };
    } finally {
      database.close();
      for (const suffix of ["-wal", "-shm", ".newer"]) rmSync(`${path}${suffix}`, { force: true });
    }
  }
});

describe("another vault", () => {
  test("T5: an emptied or missing database", async () => {
    await using copy = await made.copy();
    truncateSync(copy.database, 0);
    await expect(copy.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("vault.db: is empty"),
    });
    rmSync(copy.database);
    await expect(copy.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: `vault.db: is missing, but this machine remembers the vault at ${copy.path}`,
    });
    const again = await copy.place.run("init", "--vault", copy.path, ...INIT, "--shares-dir", copy.place.file("new"));
    expect(again.status).toBe(14); // this machine remembers that there was one
    expect(again.stderr).toContain("this machine remembers the vault");
  });

  test.for(Object.keys(PRIMARY_KEYS))("T10: its rows in place of those of %s", async (table) => {
    await using copy = await made.copy();
    await using other = await foundVault();
    await other.perform(
      together(create("payments", { tag: ["owner=cards"] }), create("signing", { algorithm: "ed25519" })),
    );
    const brought = await fromFile(new Uint8Array(randomBytes(32)), "raw", "aes-256");
    await importKey(other, other.interaction("alice", "bob"), { name: "brought", ...brought });
    await recordEnd(other, await contentOf(other, 6));
    await using restored = await restoredElsewhere(other);
    replaceTable(copy.database, restored.database, table);
    const refusal = { code: "INTEGRITY" };
    await expect(copy.verify()).rejects.toMatchObject(refusal);
    await rm(copy.state, { recursive: true });
    await expect(copy.verify()).rejects.toMatchObject(refusal);
  });

  test("T10: its database beside this host's key", async () => {
    await using copy = await made.copy();
    await using other = await foundVault();
    copyFileSync(other.database, copy.database);
    await expect(copy.verify()).resolves.toMatchObject({ result: "CONSISTENT" }); // unknown here
    const people = copy.interaction("alice", "bob");
    await expect(copy.createKeyWith(people, "a")).rejects.toMatchObject({
      code: "INTEGRITY",
      message: "host.key: is not the key of this vault's host",
    });
    expect(people.refused.map(({ code }) => code)).toEqual(["SHARE_OTHER_VAULT", "SHARE_OTHER_VAULT"]);
  });

  test("S15: a wholly self-made one is consistent, never verified: exit status 17", async () => {
    await using other = await foundVault();
    await rm(other.state, { recursive: true });
    const seen = await other.place.run("audit", "verify", "--vault", other.path);
    expect(seen.status).toBe(17);
    expect(seen.stdout).toContain("CONSISTENT, genesis not anchored");
    const genuine = (await made.verify()).genesis;
    await expect(other.verify({ genesis: genuine })).rejects.toMatchObject({ code: "INTEGRITY" });
    expect((await other.verify({ genesis: (await other.verify()).genesis })).result).toBe("VERIFIED");
  });

  test("S15: a refused act doesn't make a self-made one this machine's", async () => {
    await using other = await foundVault();
    await rm(other.state, { recursive: true });
    const stranger = made.interaction("alice", "bob");
    stranger.patient = false;
    await expect(other.createKeyWith(stranger, "a")).rejects.toMatchObject({ code: "SHARE_OTHER_VAULT" });
    await expect(other.createKey("a", ["alice"])).rejects.toMatchObject({ code: "QUORUM_NOT_MET" });
    expect(loadAnchor(other.state, (await other.verify()).vault)).toBeUndefined();
    expect((await other.verify()).result).toBe("CONSISTENT");
  });
});

const INIT = ["--threshold", "2", "--custodian", "alice", "--custodian", "bob", "--yes", "--rehearsal"];

/** The signed checkpoint of a vault. */
function noteOf(path: string): string {
  const [row] = (contentsOf(path)["checkpoint"] ?? []) as { note: string }[];
  return row?.note ?? "";
}
