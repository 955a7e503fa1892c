import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isConclaveError } from "../../src/lib/errors.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { PRIMARY_KEYS, PROJECTIONS, type TableName } from "../../src/lib/storage/tables.ts";
import { restoredElsewhere } from "../support/backups.ts";
import { type AnyRow, otherValues, rowOf, set } from "../support/cells.ts";
import { DamagedVault } from "../support/damage.ts";
import { fromFile, importKey } from "../support/imports.ts";
import { create, move, rotate, rotateKeyring, together, update } from "../support/key-acts.ts";
import { contentsOf, editDatabase } from "../support/raw-database.ts";
import { contentOf, recordEnd } from "../support/transcripts.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

const KEYS = ["payments", "signing", "backups"];

let made: MadeVault;
let vault: DamagedVault;
/** Every table with its rows, as they are. */
let tables: Record<TableName, AnyRow[]>;
/** Ids of the keys, in the order of `KEYS`. */
let ids: string[];

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await refusedToCreate("refused", "alice");
  await made.createKey("signing", ["bob", "carol"], "ed25519");
  await refusedToCreate("payments", "alice", "carol");
  await made.createKey("backups", ["alice", "bob", "carol"]);
  await liveOn();
  const restored = await restoredElsewhere(made);
  await made[Symbol.asyncDispose]();
  made = restored;
  for (const name of ["one", "two"]) await made.createKey(name, ["alice", "bob"]); // the last entries are no restore
  made.surroundings.state = made.place.file("elsewhere"); // a machine without memory of the vault, which would refuse more
  vault = new DamagedVault(made);
  tables = contentsOf(made.database) as Record<TableName, AnyRow[]>;
  ids = KEYS.map((name) => String(tables.keys.find((row) => row["name"] === name)?.["id"]));
});

/** What fills every column of every table: states, dates, tags, names of before, versions of keys and of KEKs. */
async function liveOn(): Promise<void> {
  const dates = { activateAt: "2999-01-31", deactivateAt: "2999-12-31", cryptoperiod: "90d" };
  await made.perform(together(create("tokens", { tag: ["owner=cards"] }), create("later", dates), create("gone")));
  await made.perform(together(rotate("tokens"), rotateKeyring(), move("compromise", "gone")));
  await made.perform(together(move("suspend", "tokens"), move("suspend", "later"), move("destroy", "gone")));
  await made.perform(together(update("tokens", { name: "tokens-2027", tag: ["cost=7"] }), rotate("signing")));
  const brought = await fromFile(
    Uint8Array.from({ length: 32 }, (_, i) => i),
    "raw",
    "aes-256",
  );
  await importKey(made, made.interaction("alice", "bob"), { name: "brought", ...brought });
  await recordEnd(made, await contentOf(made, 6));
}

/** An attempt that the vault records. */
async function refusedToCreate(name: string, ...custodians: string[]): Promise<void> {
  const refusal = await made.createKey(name, custodians).catch((error: unknown) => error);
  if (!isConclaveError(refusal, "QUORUM_NOT_MET", "EXISTS")) throw refusal;
}

afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

test("the vault itself verifies", async () => {
  expect(await vault.judge("nothing", vault.sound)).toBe("same state");
});

describe("T2: one value of one row, changed by plain SQL", () => {
  test.for(Object.keys(PRIMARY_KEYS) as TableName[])("of %s", { timeout: 60_000 }, async (table) => {
    let changed = 0;
    for (const row of tables[table]) {
      for (const [column, value] of Object.entries(row)) {
        for (const other of otherValues(tables[table], column, value)) {
          const what = `${table} ${rowOf(table, row)}, ${column} = ${String(other).slice(0, 60)}`;
          let applied = true;
          const message = await vault
            .refusalOf(what, (database) => {
              applied = set(database, table, row, column, other);
            })
            .catch((error: unknown) => {
              if (applied) throw error;
            });
          if (message === undefined) continue; // the schema doesn't let it
          changed++;
          expect({ what, message }).toEqual({ what, message: expect.stringMatching(nameOf(table, row, column)) });
        }
      }
    }
    if (table !== "checkpoint") expect(changed).toBeGreaterThanOrEqual(Math.max(1, tables[table].length));
  });

  /** What names the place in a message. */
  function nameOf(table: TableName, row: AnyRow, column: string): RegExp {
    const sequence = Number(row["sequence"]);
    const place = `${table} ${rowOf(table, row)}`;
    if (table === "entries" && column === "text") return new RegExp(`\\bentry ${sequence}\\b|stands at ${sequence}$`);
    if (table === "entries") return new RegExp(`\\bentr(?:y|ies) ${sequence}\\b|\\bentry ${sequence + 1}\\b`);
    if (table === "checkpoint") return /checkpoint(?::|\)$)/;
    if (table === "blobs") return /^blobs: .*(?:ciphertext of (?:key [\w-]+|KEK) version \d |belongs to nothing)/;
    if (table === "vault") return new RegExp(`^vault(?:: column ${column}| \\S+, column ${column}|.*row)`);
    if (PRIMARY_KEYS[table].some((name) => name === column)) return new RegExp(`^${table} .*row`);
    return new RegExp(`^${place}, column ${column}: is .*, the audit chain says`);
  }
});

describe("T4: rows", () => {
  test.for(Object.keys(PRIMARY_KEYS) as TableName[])("each row of %s deleted", async (table) => {
    for (const row of tables[table]) {
      const message = await vault.refusalOf(`${table} ${rowOf(table, row)} deleted`, (database) =>
        remove(database, table, row),
      );
      expect(message).toMatch(missing(table, row));
    }
  });

  function missing(table: TableName, row: AnyRow): RegExp {
    const sequence = String(row["sequence"]);
    if (table === "entries") return new RegExp(`^audit chain: entr(?:y|ies) ${sequence} (?:is|to \\d+ are) missing$`);
    if (table === "checkpoint") return /^checkpoint: missing/;
    if (table === "vault") return /^vault: the table has no row$/;
    if (table === "blobs") return /^blobs: the ciphertext of .* is missing$/;
    return new RegExp(`^${table} ${rowOf(table, row)}: the row is missing: the audit chain has it$`);
  }

  test.for(PROJECTIONS)("each row of %s twice, the second with a new key", async (table) => {
    for (const row of tables[table]) {
      const copy = { ...row, ...newKey(table, row) };
      const message = await vault.refusalOf(`${table} ${rowOf(table, row)} twice`, (database) =>
        insert(database, table, copy),
      );
      expect(message).toMatch(
        new RegExp(`^${table} .*: (?:a row that the audit chain does not have|the row is missing)|^vault`),
      );
    }
  });

  test("the last entries deleted: the first and the last missing are told", async () => {
    const total = tables.entries.length;
    for (const count of [1, 2, 4]) {
      const message = await vault.refusalOf(`last ${count}`, (database) =>
        database.exec(`DELETE FROM entries WHERE sequence > ${total - count}`),
      );
      const which = count === 1 ? `entry ${total} is` : `entries ${total - count + 1} to ${total} are`;
      expect(message).toBe(`audit chain: ${which} missing`);
    }
  });

  test("entries 8 to 11 deleted from the middle", async () => {
    const message = await vault.refusalOf("8 to 11", (database) =>
      database.exec("DELETE FROM entries WHERE sequence BETWEEN 8 AND 11"),
    );
    expect(message).toBe("audit chain: entries 8 to 11 are missing");
  });

  test("entries 8 to 11 deleted and the rest renumbered", async () => {
    const message = await vault.refusalOf("8 to 11, renumbered", (database) =>
      database.exec(`
        DELETE FROM entries WHERE sequence BETWEEN 8 AND 11;
        UPDATE entries SET sequence = sequence - 4 WHERE sequence > 11`),
    );
    expect(message).toMatch(/^entry 12 \(.*\): stands at 8$/);
  });

  test("two entries in each other's place", async () => {
    const message = await vault.refusalOf("6 and 7", (database) =>
      database.exec(`
        UPDATE entries SET sequence = -6 WHERE sequence = 6;
        UPDATE entries SET sequence = 6 WHERE sequence = 7;
        UPDATE entries SET sequence = 7 WHERE sequence = -6`),
    );
    expect(message).toMatch(/^entry 7 \(.*\): stands at 6$/);
  });

  test("the last entry once more", async () => {
    const next = tables.entries.length + 1;
    const message = await vault.refusalOf("the last entry twice", (database) =>
      database.exec(`INSERT INTO entries SELECT ${next}, text FROM entries ORDER BY sequence DESC LIMIT 1`),
    );
    expect(message).toMatch(new RegExp(`^entry ${next - 1} \\(.*\\): stands at ${next}$`));
  });

  test("an entry before the first", async () => {
    const message = await vault.refusalOf("entry 0", (database) =>
      database.exec("INSERT INTO entries SELECT 0, text FROM entries WHERE sequence = 1"),
    );
    expect(message).toBe("entry 0: a sequence that no entry can have");
  });

  test("T5: all entries deleted", async () => {
    const message = await vault.refusalOf("no entries", (database) => database.exec("DELETE FROM entries"));
    expect(message).toBe("audit chain: has no genesis");
  });

  test("T5: the table of entries dropped, or dropped and laid anew", async () => {
    const { sql } = { sql: "SELECT sql FROM sqlite_schema WHERE name = 'entries'" };
    const dropped = await vault.refusalOf("dropped", (database) => database.exec("DROP TABLE entries"));
    expect(dropped).toBe("vault.db: schema: table checkpoint is not as it was made");
    const anew = await vault.refusalOf("anew", (database) => {
      const statement = database.prepare<[], { sql: string }>(sql).get()?.sql ?? "";
      database.exec(`DROP TABLE entries; ${statement}`);
    });
    expect(anew).toBe("vault.db: schema: table checkpoint is not as it was made");
  });
});

describe("T1: ciphertexts", () => {
  test("of two keys in each other's place: both are named", async () => {
    const [a, b] = blobsOf("payments", "backups");
    const message = await vault.refusalOf("bytes swapped", (database) => {
      const update = database.prepare("UPDATE blobs SET bytes = ? WHERE hash = ?");
      update.run(b.bytes, a.hash);
      update.run(a.bytes, b.hash);
    });
    expect(message).toContain("the ciphertext of key payments version 1 is altered");
    expect(message).toContain("the ciphertext of key backups version 1 is altered");
  });

  test("named by each other's key", async () => {
    const [a, b] = blobsOf("payments", "backups");
    const message = await vault.refusalOf("names swapped", (database) => {
      const update = database.prepare("UPDATE keyVersions SET blob = ? WHERE key = ?");
      update.run(b.hash, ids[0]);
      update.run(a.hash, ids[2]);
    });
    const first = String(ids[0]) < String(ids[2]) ? ids[0] : ids[2];
    expect(message).toMatch(new RegExp(`^keyVersions ${first}/1, column blob: `));
  });

  test("of a key in place of the KEK's", async () => {
    const [a] = blobsOf("payments", "backups");
    const message = await vault.refusalOf("the KEK's", (database) =>
      database.prepare("UPDATE blobs SET bytes = ? WHERE hash = (SELECT blob FROM keks)").run(a.bytes),
    );
    expect(message).toBe("blobs: the ciphertext of KEK version 1 of keyring default is altered");
  });

  test("a ciphertext altered under its own new hash", async () => {
    const [a] = blobsOf("payments", "backups");
    const message = await vault.refusalOf("another ciphertext", (database) => {
      const hash = randomBytes(32).toString("hex");
      database.prepare("UPDATE blobs SET bytes = ?, hash = ? WHERE hash = ?").run(randomBytes(72), hash, a.hash);
      database.prepare("UPDATE keyVersions SET blob = ? WHERE blob = ?").run(hash, a.hash);
    });
    expect(message).toMatch(new RegExp(`^keyVersions ${ids[0]}/1, column blob: `));
  });

  test("S20: a blob that belongs to nothing, as that of a destroyed key put back would", async () => {
    const message = await vault.refusalOf("a blob", (database) =>
      database.prepare("INSERT INTO blobs VALUES (?, ?)").run("ab".repeat(32), randomBytes(72)),
    );
    expect(message).toBe("blobs: blob abababababababab belongs to nothing");
  });

  test("more faults than a message has room for are counted", async () => {
    const message = await vault.refusalOf("many", (database) => {
      const add = database.prepare("INSERT INTO blobs VALUES (?, ?)");
      for (let i = 0; i < 9; i++) add.run(randomBytes(32).toString("hex"), randomBytes(72));
    });
    expect(message).toMatch(/^blobs: (?:blob \w{16} belongs to nothing(?:; )?){5} and 4 more$/);
  });
});

describe("T2, T12, S20: changes made in all the places that belong together", () => {
  test.for([
    { what: "a key set to destroyed", sql: "UPDATE keyVersions SET state = 'destroyed'", named: "column state" },
    { what: "every key made exportable", sql: "UPDATE keys SET exportable = 1", named: "column exportable" },
    {
      what: "a key renamed",
      sql: "UPDATE keys SET name = 'innocent' WHERE name = 'payments'",
      named: 'column name: is "innocent", the audit chain says "payments"',
    },
    {
      what: "two keys with each other's names",
      sql: "UPDATE keys SET name = 'x' WHERE name = 'payments'; UPDATE keys SET name = 'payments' WHERE name = 'backups'; UPDATE keys SET name = 'backups' WHERE name = 'x'",
      named: "column name",
    },
    {
      what: "threshold 1 in the manifest",
      sql: `UPDATE generations SET manifest = replace(manifest, '"threshold":2', '"threshold":1')`,
      named: "column manifest",
    },
    {
      what: "a rehearsal's mark taken off",
      sql: `UPDATE vault SET rehearsal = 0; UPDATE generations SET manifest = replace(manifest, '"rehearsal":true', '"rehearsal":false')`,
      named: "column rehearsal",
    },
    {
      what: "a quorum set back to pending",
      sql: "UPDATE generations SET state = 'pending'; UPDATE seats SET confirmed = NULL, proved = NULL",
      named: "column state",
    },
    { what: "a plan forgotten, to be executed again", sql: "DELETE FROM plans", named: "plans" },
    {
      what: "a key removed without a trace but the chain",
      sql: "DELETE FROM blobs WHERE hash = (SELECT blob FROM keyVersions LIMIT 1); DELETE FROM keys WHERE id = (SELECT key FROM keyVersions LIMIT 1); DELETE FROM keyVersions WHERE key NOT IN (SELECT id FROM keys)",
      named: "the row is missing: the audit chain has it",
    },
    {
      what: "a checkpoint of another text",
      sql: "UPDATE checkpoint SET note = replace(note, char(10) || char(10), char(10) || 'more' || char(10) || char(10))",
      named: "checkpoint: missing, altered, or not signed",
    },
    {
      what: "two tables in each other's pages",
      sql: "UPDATE sqlite_schema SET rootpage = CASE name WHEN 'quorums' THEN (SELECT rootpage FROM sqlite_schema WHERE name = 'plans') ELSE (SELECT rootpage FROM sqlite_schema WHERE name = 'quorums') END WHERE name IN ('quorums', 'plans')",
      named: "vault.db",
    },
  ])("$what", async ({ what, sql, named }) => {
    expect(await vault.refusalOf(what, (database) => database.exec(sql))).toContain(named);
  });
});

describe("by the command line: exit status 14, one line that names the place, and the vault as it was", () => {
  test.for([
    { what: "T1", sql: "UPDATE blobs SET bytes = zeroblob(72)", named: "the ciphertext of key " },
    { what: "T2", sql: "UPDATE keyVersions SET state = 'destroyed'", named: "column state" },
    { what: "T4", sql: "DELETE FROM entries WHERE sequence BETWEEN 6 AND 9", named: "entries 6 to 9 are missing" },
    { what: "T9", sql: "CREATE TRIGGER t AFTER INSERT ON keys BEGIN DELETE FROM entries; END", named: "trigger t" },
    { what: "T9", sql: "PRAGMA user_version = 7", named: "schema version 7, wanted 1" },
  ])("$what: $sql", async ({ sql, named }) => {
    await using copy = await made.copy();
    editDatabase(copy.database, (database) => database.exec(sql));
    const before = readFileSync(copy.database);
    for (const command of [
      ["audit", "verify", "--vault", copy.path],
      ["key", "create", "more", "--vault", copy.path, "--algorithm", "aes-256", ...copy.flags("alice", "bob")],
    ]) {
      const seen = await copy.place.run(...command);
      expect(seen.status).toBe(14);
      expect(seen.stdout).toBe("");
      const errors = seen.stderr.split("\n").filter((line) => line.startsWith("error:"));
      expect(errors).toEqual([expect.stringContaining(named)]);
      expect(seen.stderr).not.toMatch(/^\s+at |\.ts:|\.js:/m);
      expect(readFileSync(copy.database).equals(before)).toBe(true);
    }
  });

  test("T1: another host key", async () => {
    await using copy = await made.copy();
    await using other = await foundVault();
    copyFileSync(join(other.path, "host.key"), join(copy.path, "host.key"));
    const create = ["key", "create", "more", "--vault", copy.path, "--algorithm", "aes-256"];
    const seen = await copy.place.run(...create, ...copy.flags("alice", "bob"));
    expect(seen.status).toBe(14);
    expect(seen.stderr).toContain("error: host.key: is not the key of this vault's host");
  });
});

describe("T11: the cost of a share file's passphrase, which stands in its header", () => {
  test.for([
    { factor: 1, code: "SHARE_PASSPHRASE" },
    { factor: 9, code: "SHARE_PASSPHRASE" },
    { factor: 21, code: "SHARE_MALFORMED" },
    { factor: 63, code: "SHARE_MALFORMED" },
  ])("2^$factor in place of 2^10 is refused in no time", async ({ factor, code }) => {
    const text = readFileSync(made.share("alice"), "utf8");
    const bytes = Buffer.from(text.replace(/-----.*-----/g, ""), "base64").toString("latin1");
    const header = bytes.replace(/^(-> scrypt \S+) 10$/m, `$1 ${factor}`);
    expect(header).not.toBe(bytes);
    const started = performance.now();
    const opening = openWithPassphrase(Buffer.from(header, "latin1"), made.passphrase("alice"));
    await expect(opening).rejects.toMatchObject({ code });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

/** Hash and bytes of the ciphertexts of two keys. */
function blobsOf(...names: [string, string]): [Blob, Blob] {
  const [a, b] = names.map((name) => {
    const id = ids[KEYS.indexOf(name)];
    const hash = tables.keyVersions.find((row) => row["key"] === id)?.["blob"];
    return tables.blobs.find((row) => row["hash"] === hash) as unknown as Blob;
  });
  if (a === undefined || b === undefined) throw new TypeError("no such blob");
  return [a, b];
}

interface Blob {
  hash: string;
  bytes: Uint8Array;
}

function remove(database: Database.Database, table: TableName, row: AnyRow): void {
  const key = PRIMARY_KEYS[table];
  const where = key.map((name) => `"${name}" = ?`).join(" AND ");
  database.prepare(`DELETE FROM "${table}" WHERE ${where}`).run(...key.map((name) => row[name]));
}

function insert(database: Database.Database, table: TableName, row: AnyRow): void {
  const columns = Object.keys(row);
  database
    .prepare(`INSERT INTO "${table}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`)
    .run(...Object.values(row));
}

/** What makes a copy of a row one that the table takes: the last column of its key, and a unique name. */
function newKey(table: TableName, row: AnyRow): AnyRow {
  const column = PRIMARY_KEYS[table].at(-1) ?? "";
  const value = row[column];
  const key = { [column]: typeof value === "number" ? value + 100 : `${String(value).slice(0, -1)}z` };
  return "name" in row ? { ...key, name: `${String(row["name"])}-2` } : key;
}
