import { spawn } from "node:child_process";
import { once } from "node:events";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { createSqlite, openSqlite } from "../../../src/lib/storage/sqlite.ts";
import { explainSqliteError } from "../../../src/lib/storage/sqlite-error.ts";
import { workspace } from "../../support/workspace.ts";

test.for([
  { sqlite: "SQLITE_BUSY", code: "BUSY" },
  { sqlite: "SQLITE_BUSY_SNAPSHOT", code: "BUSY" },
  { sqlite: "SQLITE_LOCKED", code: "BUSY" },
  { sqlite: "SQLITE_CORRUPT", code: "INTEGRITY" },
  { sqlite: "SQLITE_CORRUPT_INDEX", code: "INTEGRITY" },
  { sqlite: "SQLITE_NOTADB", code: "INTEGRITY" },
  { sqlite: "SQLITE_FORMAT", code: "INTEGRITY" },
  { sqlite: "SQLITE_TOOBIG", code: "INTEGRITY" },
  { sqlite: "SQLITE_MISMATCH", code: "INTEGRITY" },
  { sqlite: "SQLITE_CONSTRAINT_UNIQUE", code: "INTEGRITY" },
  { sqlite: "SQLITE_IOERR_SHORT_READ", code: "INTEGRITY" },
  { sqlite: "SQLITE_FULL", code: "HOST_IO" },
  { sqlite: "SQLITE_IOERR_FSYNC", code: "HOST_IO" },
  { sqlite: "SQLITE_CANTOPEN", code: "HOST_IO" },
  { sqlite: "SQLITE_READONLY", code: "HOST_IO" },
  { sqlite: "SQLITE_PERM", code: "HOST_IO" },
  { sqlite: "SQLITE_NOMEM", code: "HOST_IO" },
] as const)("$sqlite is $code", ({ sqlite, code }) => {
  const explained = explainSqliteError(new Database.SqliteError("what SQLite says", sqlite), "/nowhere/vault.db");
  expect(explained).toBeInstanceOf(ConclaveError);
  expect(explained).toMatchObject({ code });
});

test.for([
  { what: "a misuse of SQLite", error: new Database.SqliteError("our bug", "SQLITE_MISUSE") },
  { what: "an error without a code", error: new TypeError("our bug") },
  { what: "what is no error", error: "thrown text" },
  { what: "a ConclaveError", error: new ConclaveError("REFUSED", "no") },
])("$what stays as it is", ({ error }) => {
  expect(explainSqliteError(error, "/nowhere/vault.db")).toBe(error);
});

test("H4: another process that holds the database is named by its pid once the timeout is over", async () => {
  await using place = await workspace({ "vault.db": "" });
  const path = place.file("vault.db");
  await (await createSqlite(path, { lockTimeoutMs: 100 }, async () => {}))[Symbol.asyncDispose]();
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", HOLDER, path], {
    cwd: process.cwd(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(holder, "exit");
  await once(holder.stdout, "data");
  try {
    await using storage = openSqlite(path, { lockTimeoutMs: 200 });
    expect(await storage.count("quorums")).toBe(0); // readers don't wait for a writer that has not committed

    const started = performance.now();
    await expect(storage.transaction(async () => {})).rejects.toMatchObject({
      code: "BUSY",
      message: `the vault is busy: ${path} is held by pid ${holder.pid}`,
    });
    const waited = performance.now() - started;
    expect(waited).toBeGreaterThanOrEqual(150);
    expect(waited).toBeLessThan(2000);

    holder.kill("SIGKILL");
    await ended;
    await storage.transaction((writer) => writer.insert("quorums", { id: "q", name: "root", created: "now" }));
    expect(await storage.count("quorums")).toBe(1);
  } finally {
    holder.kill("SIGKILL");
    await ended;
  }
});

const HOLDER = `
  import Database from "better-sqlite3";
  const database = new Database(process.argv[1]);
  database.exec("BEGIN IMMEDIATE");
  process.stdout.write("held");
  process.stdin.resume();
`;

test("a database that can't be opened says what to look at", async () => {
  await using place = await workspace();
  const missing = place.file("vault.db");
  expect(() => openSqlite(missing, { lockTimeoutMs: 100 })).toThrow(
    expect.objectContaining({
      code: "HOST_IO",
      suggestions: [`Check free space, quota and permissions: ls -l ${missing}; df ${missing}`],
    }),
  );
});
