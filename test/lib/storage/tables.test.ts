import { expect, test } from "vitest";
import { SCHEMA } from "../../../src/lib/storage/schema.ts";
import { BLOB_COLUMNS, PRIMARY_KEYS, PROJECTIONS } from "../../../src/lib/storage/tables.ts";
import { editDatabase } from "../../support/raw-database.ts";
import { workspace } from "../../support/workspace.ts";

interface ColumnInfo {
  name: string;
  /** Place in the primary key, from 1; 0 outside it. */
  pk: number;
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

test("replay compares every table but the entries, the checkpoint and the blobs", () => {
  expect(["entries", "checkpoint", "blobs", ...PROJECTIONS]).toEqual(Object.keys(PRIMARY_KEYS));
});

test("every column that is called blob names one", () => {
  const named = SCHEMA.filter((statement) => /^ {2}blob TEXT NOT NULL/m.test(statement));
  expect(BLOB_COLUMNS.map(({ table }) => table)).toEqual(
    named.map((statement) => /^CREATE TABLE (\w+) /.exec(statement)?.[1]),
  );
});
