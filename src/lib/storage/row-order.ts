import type { AnyRow } from "./unique-index.ts";

/** Half of a character in UTF-16: its order is not that of UTF-8. */
const SURROGATE = /[\ud800-\udfff]/;

/** In the order of these columns: negative if `a` comes first, 0 if they are equal in them. */
export function compareKeys(columns: readonly string[], a: AnyRow, b: AnyRow): number {
  for (const column of columns) {
    const order = compareValues(a[column], b[column]);
    if (order !== 0) return order;
  }
  return 0;
}

/** In SQLite's order for text (binary) and integers. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  if (SURROGATE.test(left) || SURROGATE.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : Number(left > right);
}

/** Whether all columns of `where` have its values. */
export function matches(row: AnyRow, where: AnyRow): boolean {
  for (const column in where) if (row[column] !== where[column]) return false;
  return true;
}
