import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { PRIMARY_KEYS } from "../../src/lib/storage/tables.ts";

/**
 * Change a vault's database as somebody could who can write the file: plain SQL by another program, without foreign
 * keys, and with the schema writable.
 */
export function editDatabase<R>(path: string, edit: (database: Database.Database) => R): R {
  const database = new Database(path, { fileMustExist: true });
  try {
    database.unsafeMode(true);
    database.pragma("synchronous = OFF");
    database.pragma("foreign_keys = OFF");
    database.pragma("ignore_check_constraints = ON");
    database.pragma("writable_schema = ON");
    return edit(database);
  } finally {
    database.close();
  }
}

/** Put all rows of another database's table in place of those that are there. */
export function replaceTable(path: string, other: string, table: string): void {
  editDatabase(path, (database) => {
    database.exec(`ATTACH '${other}' AS other`);
    database.exec(`DELETE FROM main."${table}"; INSERT INTO main."${table}" SELECT * FROM other."${table}"`);
  });
}

/** Everything in a database: each of its tables with its rows, in the order of the primary key. Leaves the file as it is. */
export function contentsOf(path: string): Record<string, unknown[]> {
  const database = new Database(path, { fileMustExist: true, readonly: true });
  try {
    const tables = Object.entries(PRIMARY_KEYS).map(([table, key]) => {
      const rows = database.prepare<[]>(`SELECT * FROM "${table}" ORDER BY ${key.join(", ")}`).all();
      return [table, rows] as const;
    });
    return Object.fromEntries(tables);
  } finally {
    database.close();
  }
}

/** Whether the bytes stand anywhere in a file. */
export function holds(path: string, bytes: Uint8Array): boolean {
  return readFileSync(path).includes(bytes);
}
