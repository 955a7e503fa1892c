import { existsSync, readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test, vi } from "vitest";
import { createSqlite, openSqlite } from "../../../src/lib/storage/sqlite.ts";
import type { Query, Storage } from "../../../src/lib/storage/storage.ts";
import type { Row } from "../../../src/lib/storage/tables.ts";
import { editDatabase, holds } from "../../support/raw-database.ts";
import { scratchTables } from "../../support/scratch-tables.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const OPTIONS = { lockTimeoutMs: 200 };

async function newStorage(place: Workspace): Promise<Storage> {
  return createSqlite(await place.write("vault.db", ""), OPTIONS, async () => {});
}

function entry(sequence: number): Row<"entries"> {
  return { sequence, text: `entry ${sequence}` };
}

function quorum(id: string): Row<"quorums"> {
  return { id, name: `quorum ${id}`, created: "now" };
}

test("every setting is made on opening, read back, and in force", async () => {
  await using place = await workspace();
  await (await newStorage(place))[Symbol.asyncDispose]();
  const pragma = vi.spyOn(Database.prototype, "pragma");
  await using storage = openSqlite(place.file("vault.db"), OPTIONS);
  const asked = pragma.mock.calls.map(([text]) => text);
  const database = pragma.mock.contexts[0] as Database.Database;
  pragma.mockRestore();

  const settings = {
    journal_mode: "delete",
    synchronous: 3,
    foreign_keys: 1,
    trusted_schema: 0,
    cell_size_check: 1,
    secure_delete: 1,
    mmap_size: 0,
    temp_store: 2,
  };
  for (const [name, value] of Object.entries(settings)) {
    expect(asked).toEqual(expect.arrayContaining([`${name} = ${value}`, name]));
    expect([name, database.pragma(name, { simple: true })]).toEqual([name, value]);
  }
  expect(database.pragma("busy_timeout", { simple: true })).toBe(OPTIONS.lockTimeoutMs);
  expect(() => database.exec("DELETE FROM sqlite_schema")).toThrow("may not be modified"); // defensive mode
  expect(await storage.count("entries")).toBe(0);
});

test("a setting that does not hold is refused", async () => {
  await using place = await workspace();
  await (await newStorage(place))[Symbol.asyncDispose]();
  const pragma = vi.spyOn(Database.prototype, "pragma").mockImplementation((text) => {
    return text === "journal_mode" ? "delete" : 2; // what this SQLite says of every other setting
  });
  expect(() => openSqlite(place.file("vault.db"), OPTIONS)).toThrow("SQLite setting synchronous is 2, wanted 3");
  pragma.mockRestore();
});

test("a file that another program put into WAL mode is back in DELETE mode after opening", async () => {
  await using place = await workspace();
  await (await newStorage(place))[Symbol.asyncDispose]();
  const path = place.file("vault.db");
  editDatabase(path, (database) => database.pragma("journal_mode = WAL"));
  expect([...readFileSync(path).subarray(18, 20)]).toEqual([2, 2]);
  await using storage = openSqlite(path, OPTIONS);
  expect(await storage.count("entries")).toBe(0);
  expect([...readFileSync(path).subarray(18, 20)]).toEqual([1, 1]);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test("transactions of one connection take turns, in the order in which they were asked for", async () => {
  await using storage = await scratchTables();
  const order: string[] = [];
  const run = (name: string, milliseconds: number) =>
    storage.transaction(async (writer) => {
      order.push(`${name} begins`);
      await writer.insert("quorums", quorum(name));
      await new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      });
      order.push(`${name} ends`);
      return await writer.count("quorums");
    });
  const fail = () =>
    storage.transaction(async () => {
      order.push("b throws");
      throw new Error("on purpose");
    });
  const [a, b, c] = await Promise.allSettled([run("a", 20), fail(), run("c", 1)]);
  expect(order).toEqual(["a begins", "a ends", "b throws", "c begins", "c ends"]);
  expect(a).toMatchObject({ status: "fulfilled", value: 1 });
  expect(b).toMatchObject({ status: "rejected" });
  expect(c).toMatchObject({ status: "fulfilled", value: 2 });
});

test("a transaction that throws leaves nothing, and the next one works", async () => {
  await using place = await workspace();
  await using storage = await newStorage(place);
  const failing = storage.transaction(async (writer) => {
    await writer.insert("quorums", quorum("a"));
    await writer.insert("entries", entry(1));
    expect(await writer.count("quorums")).toBe(1);
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow("on purpose");
  expect([await storage.count("quorums"), await storage.count("entries")]).toEqual([0, 0]);
  await storage.transaction((writer) => writer.insert("quorums", quorum("a")));
  expect(await storage.count("quorums")).toBe(1);
});

test("an error of SQLite within a transaction undoes it too", async () => {
  await using storage = await scratchTables();
  await storage.transaction((writer) => writer.insert("quorums", quorum("a")));
  const doubled = storage.transaction(async (writer) => {
    await writer.insert("quorums", quorum("b"));
    await writer.insert("quorums", quorum("a"));
  });
  await expect(doubled).rejects.toMatchObject({ code: "INTEGRITY", message: expect.stringContaining("UNIQUE") });
  expect(await storage.count("quorums")).toBe(1);
  const orphan = { id: "k", name: "default", quorum: "nobody", kekVersion: 1, created: "now" };
  await expect(storage.transaction((writer) => writer.insert("keyrings", orphan))).rejects.toThrow("FOREIGN KEY");
});

test("a snapshot is of one moment: nobody commits while it lasts, and it sees nothing newer", async () => {
  await using place = await workspace();
  await using storage = await newStorage(place);
  await using other = openSqlite(place.file("vault.db"), OPTIONS);
  await storage.transaction((writer) => writer.insert("entries", entry(1)));
  await other.snapshot(async (reader) => {
    expect(await reader.count("entries")).toBe(1);
    await expect(storage.transaction((writer) => writer.insert("entries", entry(2)))).rejects.toMatchObject({
      code: "BUSY",
    });
    expect(await reader.count("entries")).toBe(1);
  });
  await storage.transaction((writer) => writer.insert("entries", entry(2)));
  expect(await other.count("entries")).toBe(2);
});

test("a snapshot can't write", async () => {
  await using storage = await scratchTables();
  await storage.snapshot(async (reader) => {
    expect("insert" in reader).toBe(false);
    expect("update" in reader).toBe(false);
  });
});

test.for([0, 1, 199, 200, 201, 400, 1001])("%i rows are read in portions, whole and in order", async (total) => {
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (let i = total; i > 0; i--) await writer.insert("entries", entry(i));
  });
  const read = await Array.fromAsync(storage.rows("entries"));
  expect(read.map(({ sequence }) => sequence)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
});

test("rows are read after a key, up to a limit, and where columns match", async () => {
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    await writer.insert("quorums", quorum("q"));
    for (let generation = 1; generation <= 3; generation++) {
      const row = {
        quorum: "q",
        generation,
        state: "active",
        manifest: "",
        manifestHash: "",
        created: "",
        handovers: "[]",
        activated: null,
      } as const;
      await writer.insert("generations", row);
      for (let x = 1; x <= 255; x++) {
        const seat = { quorum: "q", generation, x, custodian: `c${x}`, file: null, fileHash: null } as const;
        await writer.insert("seats", { ...seat, confirmed: x % 2 === 0 ? "yes" : null, proved: null });
      }
    }
  });
  const read = async (query: Parameters<typeof storage.rows<"seats">>[1]) =>
    (await Array.fromAsync(storage.rows("seats", query))).map(({ generation, x }) => [generation, x]);
  expect((await read({})).length).toBe(765);
  expect(await read({ limit: 0 })).toEqual([]);
  expect((await read({ limit: 501 })).at(-1)).toEqual([2, 246]);
  expect(await read({ after: { quorum: "q", generation: 1, x: 254 }, limit: 2 })).toEqual([
    [1, 255],
    [2, 1],
  ]);
  expect(await read({ after: { quorum: "q", generation: 3, x: 255 } })).toEqual([]);
  expect((await read({ where: { confirmed: null } })).length).toBe(384);
  expect(await read({ where: { custodian: "c7" }, after: { quorum: "q", generation: 1, x: 7 } })).toEqual([
    [2, 7],
    [3, 7],
  ]);
  expect(await storage.count("seats", { where: { confirmed: "yes", generation: 2 } })).toBe(127);
  expect(await storage.find("seats", { custodian: "c9" })).toMatchObject({ generation: 1, x: 9 });
  expect(await storage.find("seats", { custodian: "nobody" })).toBeUndefined();
});

test("whichever columns rows are found by, they are the same, in the same order", async () => {
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    await writer.insert("quorums", quorum("q"));
    for (const id of ["a", "b"]) {
      await writer.insert("keyrings", { id, name: id, quorum: "q", kekVersion: 1, created: "" });
    }
    for (let i = 0; i < 500; i++) {
      const id = String((i * 7919) % 1000).padStart(3, "0");
      await writer.insert("keys", {
        id,
        keyring: i % 3 === 0 ? "a" : "b",
        name: id,
        algorithm: "aes-256",
        version: 1,
        usages: "[]",
        exportable: 0,
        cryptoperiodSeconds: null,
        created: "",
        state: i % 5 === 0 ? "pre-active" : "active",
        activateAt: i % 4 === 0 ? String(i % 10) : null,
        deactivateAt: i % 7 === 0 ? String(i % 9) : null,
        rotateAt: String(i % 8),
      });
      if (i % 2 === 0) await writer.insert("keyTags", { key: id, name: "t", value: "v" });
    }
  });
  const selection: Query<"keys"> = {
    where: { state: "active", keyring: "b" },
    upTo: { rotateAt: "5" },
    beyond: { deactivateAt: "3" },
    having: { table: "keyTags", where: { name: "t", value: "v" }, same: { key: "id" } },
  };
  const all = await Array.fromAsync(storage.rows("keys", selection));
  expect(all.length).toBeGreaterThan(20);
  expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted());
  for (const via of [[], ["state"], ["keyring"], ["rotateAt"], ["state", "rotateAt"]] as const) {
    expect(await Array.fromAsync(storage.rows("keys", { ...selection, via }))).toEqual(all);
    expect(await storage.count("keys", { ...selection, via })).toBe(all.length);
    expect(await storage.count("keys", { ...selection, via, limit: 20 })).toBe(20);
    const after = all[9] ?? {};
    expect(await Array.fromAsync(storage.rows("keys", { ...selection, via, after, limit: 7 }))).toEqual(
      all.slice(10, 17),
    );
  }
});

test("update and remove say how many rows there were", async () => {
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const id of ["a", "b", "c"]) await writer.insert("quorums", quorum(id));
    expect(await writer.update("quorums", {}, { created: "later" })).toBe(3);
    expect(await writer.update("quorums", { id: "x" }, { created: "never" })).toBe(0);
    expect(await writer.remove("quorums", { created: "later", id: "a" })).toBe(1);
    expect(await writer.count("quorums", { where: { created: "later" } })).toBe(2);
  });
});

test("a value that no column takes is our own mistake", async () => {
  await using storage = await scratchTables();
  const wrong = { id: "q", name: { toString: () => "root" } as unknown as string, created: "now" };
  await expect(storage.transaction((writer) => writer.insert("quorums", wrong))).rejects.toThrow(TypeError);
});

test("what is removed is overwritten in the file", async () => {
  await using place = await workspace();
  const path = place.file("vault.db");
  const bytes = Buffer.from("a ciphertext that must be gone ".repeat(300)); // 9 KB: spills into pages of its own
  await using storage = await newStorage(place);
  await storage.transaction(async (writer) => {
    await writer.insert("blobs", { hash: "small", bytes: bytes.subarray(0, 70) });
    await writer.insert("blobs", { hash: "large", bytes });
    await writer.insert("blobs", { hash: "other", bytes: Buffer.from("stays") });
  });
  expect(holds(path, bytes.subarray(0, 30))).toBe(true);
  await storage.transaction(async (writer) => {
    await writer.remove("blobs", { hash: "small" });
    await writer.remove("blobs", { hash: "large" });
  });
  expect(holds(path, bytes.subarray(0, 30))).toBe(false);
  expect(holds(path, Buffer.from("stays"))).toBe(true);
  expect(existsSync(`${path}-journal`)).toBe(false);
});

test("damage that no query meets is found by the structure's own check", async () => {
  await using place = await workspace();
  await using storage = await newStorage(place);
  await storage.checkStructure();
  editDatabase(place.file("vault.db"), (database) => {
    database.exec("INSERT INTO quorums VALUES ('q', 'root', 'now')");
    database.exec(
      "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'entries') WHERE name = 'plans'",
    );
  });
  await using damaged = openSqlite(place.file("vault.db"), OPTIONS);
  await expect(damaged.checkStructure()).rejects.toMatchObject({
    code: "INTEGRITY",
    message: expect.stringContaining("vault.db: the database is damaged"),
  });
});

test("a vault whose first transaction throws stays empty", async () => {
  await using place = await workspace({ "vault.db": "" });
  const path = place.file("vault.db");
  const making = createSqlite(path, OPTIONS, async (writer) => {
    await writer.insert("quorums", quorum("a"));
    throw new Error("on purpose");
  });
  await expect(making).rejects.toThrow("on purpose");
  expect(() => openSqlite(path, OPTIONS)).toThrow("is empty");
});
