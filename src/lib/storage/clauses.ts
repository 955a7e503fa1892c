import { PRIMARY_KEYS, type TableName } from "./tables.ts";

/** What a column holds. */
export type Value = string | number | Uint8Array | null;

/** What a query asks, whatever the table. */
interface AnyQuery {
  where?: object;
  upTo?: object;
  beyond?: object;
  having?: { table: TableName; where: object; same: object };
  after?: object;
  via?: readonly string[];
}

/** Tells apart queries whose SQL differs. */
export function shapeOf({ where = {}, upTo = {}, beyond = {}, having, after, via }: AnyQuery): string {
  const other = having && `${having.table} ${named(having.where)} ${Object.entries(having.same).join()}`;
  const parts = [named(where), named(upTo), named(beyond), other, after && "after", via && `via ${via.join()}`];
  return parts.join("|");
}

function named(columns: object): string {
  return Object.keys(columns).join();
}

/** The WHERE clause of a query, with a space before it, or nothing. */
export function whereClause(table: TableName, query: AnyQuery): string {
  const { where = {}, upTo = {}, beyond = {}, having, after, via } = query;
  const sought = (column: string) => (via === undefined || via.includes(column) ? column : `+${column}`);
  const clauses = [
    ...Object.keys(where).map((column) => `${sought(column)} IS ?`),
    ...Object.keys(upTo).map((column) => `${sought(column)} <= ?`),
    ...Object.keys(beyond).map((column) => `(${column} IS NULL OR ${column} > ?)`),
  ];
  if (having !== undefined) {
    const other = [
      ...Object.entries(having.same).map(([column, own]) => `${column} = "${table}".${own}`),
      ...Object.keys(having.where).map((column) => `${column} IS ?`),
    ];
    clauses.push(`EXISTS (SELECT 1 FROM "${having.table}" WHERE ${other.join(" AND ")})`);
  }
  if (after !== undefined) {
    clauses.push(`(${orderOf(table, query)}) > (${PRIMARY_KEYS[table].map(() => "?").join(", ")})`);
  }
  return clauses.length === 0 ? "" : ` WHERE ${clauses.join(" AND ")}`;
}

/** The primary key; a plus sign keeps SQLite from going through the rows in its order, where they are few and found otherwise. */
export function orderOf(table: TableName, { via = [] }: AnyQuery): string {
  return PRIMARY_KEYS[table].map((column) => (via.length === 0 ? column : `+${column}`)).join(", ");
}

/** The values that its parameters stand for, in their order. */
export function queryValues(
  table: TableName,
  { where = {}, upTo = {}, beyond = {}, having = { table, where: {}, same: {} }, after }: AnyQuery,
): Value[] {
  const values = [where, upTo, beyond, having.where].flatMap(valuesOf);
  if (after === undefined) return values;
  const start: { readonly [column: string]: unknown } = { ...after };
  return [...values, ...PRIMARY_KEYS[table].map((column) => toValue(start[column]))];
}

export function valuesOf(columns: object): Value[] {
  return Object.values(columns).map(toValue);
}

function toValue(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "number" || value instanceof Uint8Array)
    return value;
  throw new TypeError("not a value of a column");
}
