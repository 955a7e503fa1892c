import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmptyVaultError } from "../../../src/lib/storage/assert-schema.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "../../../src/lib/storage/schema.ts";
import { createSqlite, openSqlite } from "../../../src/lib/storage/sqlite.ts";
import { editDatabase } from "../../support/raw-database.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const OPTIONS = { lockTimeoutMs: 1000 };

let place: Workspace;
let sound: Uint8Array;
let path: string;

beforeAll(async () => {
  place = await workspace({ "vault.db": "" });
  path = place.file("vault.db");
  const storage = await createSqlite(path, OPTIONS, async (writer) => {
    await writer.insert("quorums", { id: "q", name: "root", created: "now" });
  });
  await storage[Symbol.asyncDispose]();
  sound = readFileSync(path);
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

/** The DDL of `keys`, of which a hostile one keeps all but a detail. */
const KEYS = SCHEMA.find((statement) => statement.startsWith("CREATE TABLE keys (")) ?? "";

test("the schema that was made opens", async () => {
  await using storage = openSqlite(path, OPTIONS);
  expect(await storage.count("quorums")).toBe(1);
});

test.for([
  {
    hostile: "a trigger",
    sql: "CREATE TRIGGER t AFTER INSERT ON keys BEGIN DELETE FROM entries; END",
    named: "trigger t",
  },
  { hostile: "a view", sql: "CREATE VIEW v AS SELECT * FROM keys", named: "view v" },
  { hostile: "an index", sql: "CREATE INDEX i ON keys (name)", named: "index i" },
  { hostile: "a table", sql: "CREATE TABLE more (a)", named: "table more" },
  { hostile: "a virtual table", sql: "CREATE VIRTUAL TABLE words USING fts5 (a)", named: "table words" },
  {
    hostile: "a view in place of keys",
    sql: "DROP TABLE keyVersions; DROP TABLE keyTags; DROP TABLE keyNames; DROP TABLE keys; CREATE VIEW keys AS SELECT 1 AS id",
    named: "table imports",
  },
  {
    hostile: "a generated column",
    sql: `DROP TABLE keys; ${KEYS.replace("  created TEXT NOT NULL,", "  created TEXT AS (name),")}`,
    named: "table keyNames",
  },
  {
    hostile: "another collation",
    sql: `UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT COLLATE NOCASE NOT NULL') WHERE name = 'keys'`,
    named: "table keys",
  },
  {
    hostile: "a table that isn't strict any more",
    sql: "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT, ', '') WHERE name = 'keys'",
    named: "table keys",
  },
  {
    hostile: "a default that is a function",
    sql: "UPDATE sqlite_schema SET sql = replace(sql, 'usages TEXT NOT NULL', 'usages TEXT NOT NULL DEFAULT (hex(randomblob(9)))') WHERE name = 'keys'",
    named: "table keys",
  },
  {
    hostile: "a comment",
    sql: "UPDATE sqlite_schema SET sql = sql || ' -- harmless' WHERE name = 'plans'",
    named: "table plans",
  },
  {
    hostile: "a table's name in another case",
    sql: "UPDATE sqlite_schema SET name = 'KEYS' WHERE name = 'keys'",
    named: "table KEYS",
  },
  { hostile: "a table less", sql: "DROP TABLE plans", named: "table backups" },
  { hostile: "an index less", sql: "DROP INDEX keysToRotate", named: "index tagged" },
  { hostile: "the last index less", sql: "DROP INDEX wrappedUnder", named: "index wrappedUnder" },
  {
    hostile: "an index over fewer rows",
    sql: "DROP INDEX wrappedUnder; CREATE INDEX wrappedUnder ON keyVersions (kekVersion) WHERE kekVersion > 1",
    named: "index wrappedUnder",
  },
  {
    hostile: "an index on another table",
    sql: "DROP INDEX wrappedUnder; CREATE INDEX wrappedUnder ON keks (version)",
    named: "index wrappedUnder",
  },
  {
    hostile: "two tables in another order",
    sql: "UPDATE sqlite_schema SET rowid = 1000 WHERE name = 'entries'",
    named: "table checkpoint",
  },
  {
    hostile: "an index that calls itself automatic",
    sql: "CREATE INDEX i ON keys (name); UPDATE sqlite_schema SET name = 'sqlite_autoindex_keys_9' WHERE name = 'i'",
    named: "malformed database schema (sqlite_autoindex_keys_9)",
  },
  { hostile: "statistics", sql: "ANALYZE", named: "table sqlite_stat1" },
  { hostile: "a counter", sql: "CREATE TABLE n (a INTEGER PRIMARY KEY AUTOINCREMENT)", named: "table n" },
  {
    hostile: "a schema of 2,000 tables",
    sql: Array.from({ length: 2000 }, (_, i) => `CREATE TABLE t${i} (a);`).join(""),
    named: "table t0",
  },
  { hostile: "another application id", sql: "PRAGMA application_id = 1", named: "application id" },
  { hostile: "an older schema version", sql: "PRAGMA user_version = 0", named: "schema version 0, wanted 1" },
  { hostile: "a newer schema version", sql: "PRAGMA user_version = 2", named: "schema version 2, wanted 1" },
])("T9: $hostile is refused before any query", ({ sql, named }) => {
  writeFileSync(path, sound);
  editDatabase(path, (database) => database.exec(`BEGIN; ${sql}; COMMIT`));
  const before = readFileSync(path);
  expect(() => openSqlite(path, OPTIONS)).toThrow(
    expect.objectContaining({ code: "INTEGRITY", message: expect.stringContaining(named) }),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("T9: another text encoding is refused", () => {
  writeFileSync(path, "");
  editDatabase(path, (database) => {
    database.exec(`PRAGMA encoding = 'UTF-16le'; ${SCHEMA.join("; ")}`);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
  expect(() => openSqlite(path, OPTIONS)).toThrow("vault.db: encoding UTF-16le, wanted UTF-8");
});

test.for([
  { what: "a text", bytes: Buffer.from("not a database, but long enough to be one".repeat(200)) },
  { what: "zeros", bytes: Buffer.alloc(8192) },
  { what: "one byte", bytes: Buffer.of(1) },
  { what: "the first page of a vault only", bytes: "first page" as const },
])("T8, T9: $what in place of the database is an integrity error", ({ bytes }) => {
  writeFileSync(path, bytes === "first page" ? sound.subarray(0, 4096) : bytes);
  expect(() => openSqlite(path, OPTIONS)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
});

test("an empty file is an EmptyVaultError, which says so", () => {
  writeFileSync(path, "");
  expect(() => openSqlite(path, OPTIONS)).toThrow(EmptyVaultError);
  expect(() => openSqlite(path, OPTIONS)).toThrow(
    expect.objectContaining({ code: "INTEGRITY", message: expect.stringContaining("is empty") }),
  );
});
