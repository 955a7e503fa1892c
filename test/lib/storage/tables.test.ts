import { expect, test } from "vitest";
import { SCHEMA } from "../../../src/lib/storage/schema.ts";
import { BLOB_COLUMNS, PRIMARY_KEYS, PROJECTIONS, REFERENCES, UNIQUE } from "../../../src/lib/storage/tables.ts";
import { editDatabase } from "../../support/raw-database.ts";
import { workspace } from "../../support/workspace.ts";

interface ColumnInfo {
  name: string;
  /** Place in the primary key, from 1; 0 outside it. */
  pk: number;
}

interface ForeignKey {
  id: number;
  seq: number;
  table: string;
  from: string;
  to: string;
}

test("the primary keys are those of the schema", async () => {
  await using place = await workspace({ "vault.db": "" });
  const found = editDatabase(place.file("vault.db"), (database) => {
    for (const statement of SCHEMA) database.exec(statement);
    return Object.keys(PRIMARY_KEYS).map((table) => {
      const columns = database.pragma(`table_info("${table}")`) as ColumnInfo[];
      const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      return [table, key.map(({ name }) => name)] as const;
    });
  });
  expect(Object.fromEntries(found)).toEqual(PRIMARY_KEYS);
  expect(SCHEMA.map((statement) => /^CREATE TABLE (\w+) \(/.exec(statement)?.[1])).toEqual(Object.keys(PRIMARY_KEYS));
});

test("what must be unique, and what must be there, is what the schema says", async () => {
  await using place = await workspace({ "vault.db": "" });
  const found = editDatabase(place.file("vault.db"), (database) => {
    for (const statement of SCHEMA) database.exec(statement);
    return Object.keys(PRIMARY_KEYS).map((table) => {
      const indexes = database.pragma(`index_list("${table}")`) as { name: string; origin: string }[];
      const unique = indexes
        .filter(({ origin }) => origin === "u")
        .map(({ name }) => (database.pragma(`index_info("${name}")`) as ColumnInfo[]).map((column) => column.name));
      const keys = database.pragma(`foreign_key_list("${table}")`) as ForeignKey[];
      const ids = [...new Set(keys.map(({ id }) => id))].sort((a, b) => b - a);
      const references = ids.map((id) => {
        const columns = keys.filter((key) => key.id === id).sort((a, b) => a.seq - b.seq);
        return { columns: columns.map(({ from }) => from), table: columns[0]?.table, to: columns.map(({ to }) => to) };
      });
      return { table, unique, references };
    });
  });
  const told = Object.entries(PRIMARY_KEYS).map(([name]) => {
    const table = name as keyof typeof PRIMARY_KEYS;
    const references = (REFERENCES[table] ?? []).map((reference) => ({
      ...reference,
      to: PRIMARY_KEYS[reference.table],
    }));
    return { table, unique: UNIQUE[table] ?? [], references };
  });
  expect(found).toEqual(told);
});

test("replay compares every table but the entries, the checkpoint and the blobs", () => {
  expect(["entries", "checkpoint", "blobs", ...PROJECTIONS]).toEqual(Object.keys(PRIMARY_KEYS));
});

test("every column that is called blob names one", () => {
  const named = SCHEMA.filter((statement) => /^ {2}blob TEXT\b/m.test(statement));
  expect(BLOB_COLUMNS.map(({ table }) => table)).toEqual(
    named.map((statement) => /^CREATE TABLE (\w+) /.exec(statement)?.[1]),
  );
});
