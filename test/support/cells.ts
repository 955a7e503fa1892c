import type Database from "better-sqlite3";
import { PRIMARY_KEYS, type TableName } from "../../src/lib/storage/tables.ts";

export type Cell = string | number | Uint8Array | null;
export type AnyRow = Record<string, Cell>;

/** A row by its primary key, as messages name it. */
export function rowOf(table: TableName, row: AnyRow): string {
  return PRIMARY_KEYS[table].map((column) => String(row[column])).join("/");
}

/** Other values that a column could hold: changed a little, its neighbour's, what an attacker would want. */
export function otherValues(rows: readonly AnyRow[], column: string, value: Cell): Cell[] {
  const neighbour = rows.map((row) => row[column] ?? null).find((other) => !same(other, value)) ?? null;
  const wanted: Record<string, Cell[]> = {
    state: ["destroyed", "active", "pending", "compromised"],
    exportable: [1],
    cryptoperiodSeconds: [1],
    usages: ['["encrypt","decrypt","wrap","unwrap"]'],
    rehearsal: [0],
    generation: [2],
    kekVersion: [0, 2],
  };
  const all = [...nearTo(value), neighbour, ...(wanted[column] ?? [])];
  return all.filter((other, i) => !same(other, value) && all.findIndex((earlier) => same(earlier, other)) === i);
}

function nearTo(value: Cell): Cell[] {
  if (value === null) return ["something", 7];
  if (typeof value === "number") return [value + 1];
  if (typeof value === "string") return [`${value}x`, value.replace(/[0-9]/, (digit) => String(9 - Number(digit)))];
  return [Uint8Array.from(value, (byte, i) => (i === 30 ? byte ^ 1 : byte)), value.subarray(1), new Uint8Array(0)];
}

function same(a: Cell, b: Cell): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}

/** Change one value of one row by plain SQL. @returns whether the schema lets it */
export function set(database: Database.Database, table: TableName, row: AnyRow, column: string, value: Cell): boolean {
  const key = PRIMARY_KEYS[table];
  const where = key.map((name) => `"${name}" = ?`).join(" AND ");
  try {
    const update = database.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE ${where}`);
    return update.run(value, ...key.map((name) => row[name])).changes === 1;
  } catch (error) {
    if (error instanceof Error && /constraint failed|cannot store|datatype mismatch/.test(error.message)) return false;
    throw error;
  }
}
