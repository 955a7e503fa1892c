import { IntegrityError } from "../errors.ts";
import type { Match, NumberColumn, Query, Selection, Writer } from "./storage.ts";
import { PRIMARY_KEYS, REFERENCES, type Row, type TableName, UNIQUE } from "./tables.ts";
import { type AnyRow, UniqueIndex } from "./unique-index.ts";

/** Half of a character in UTF-16: its order is not that of UTF-8. */
const SURROGATE = /[\ud800-\udfff]/;

/**
 * The tables in memory, for replay: the same primary keys, UNIQUE and REFERENCES as in the database, but several times
 * faster, since every row is read again exactly once. Rows are never changed, but replaced.
 */
export class MemoryTables implements Writer {
  readonly #tables: { readonly [T in TableName]: MemoryTable };

  constructor() {
    const tables = Object.keys(PRIMARY_KEYS).map((table) => [table, new MemoryTable(table as TableName)]);
    this.#tables = Object.fromEntries(tables) as { readonly [T in TableName]: MemoryTable };
  }

  async find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined> {
    return this.#tables[table].find(where) as Row<T> | undefined;
  }

  async *rows<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<Row<T>> {
    yield* this.#selected(table, query);
  }

  async *portions<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<readonly Row<T>[]> {
    yield this.#selected(table, query);
  }

  async count<T extends TableName>(table: T, query: Selection<T> & Pick<Query<T>, "limit"> = {}): Promise<number> {
    return this.#selected(table, query).length;
  }

  async largest<T extends TableName>(table: T, column: NumberColumn<T>, where: Match<T>): Promise<number | undefined> {
    const rows = this.#tables[table].select(where);
    return rows.reduce<number | undefined>(
      (largest, row) => Math.max(largest ?? -Infinity, Number(row[column])),
      undefined,
    );
  }

  async insert<T extends TableName>(table: T, row: Row<T>): Promise<void> {
    this.#insert(table, row);
  }

  async update<T extends TableName>(table: T, where: Match<T>, changes: Match<T>): Promise<number> {
    const rows = this.#tables[table].select(where);
    for (const row of rows) this.#replace(table, row, { ...row, ...changes });
    return rows.length;
  }

  async remove<T extends TableName>(table: T, where: Match<T>): Promise<number> {
    const rows = this.#tables[table].select(where);
    for (const row of rows) this.#remove(table, row);
    return rows.length;
  }

  /**
   * Take the row out that has the same primary key as `row`, whatever refers to it; the tables are to be read from then
   * on, not to be written.
   *
   * @returns undefined if there is none
   */
  take<T extends TableName>(table: T, row: Row<T>): Row<T> | undefined {
    return this.#tables[table].take(row) as Row<T> | undefined;
  }

  #selected<T extends TableName>(table: T, query: Query<T>): Row<T>[] {
    const { where = {}, upTo = {}, beyond = {}, having, after, limit } = query;
    const rows = this.#tables[table]
      .select(where)
      .filter((row) => Object.entries(upTo).every(([column, value]) => isUpTo(row[column], value)))
      .filter((row) => Object.entries(beyond).every(([column, value]) => !isUpTo(row[column], value)))
      .filter((row) => having === undefined || this.#has(having, row))
      .filter((row) => after === undefined || compareKeys(PRIMARY_KEYS[table], row, after) > 0);
    return rows.slice(0, limit) as unknown[] as Row<T>[];
  }

  #has({ table, where, same }: { table: TableName; where: AnyRow; same: { [column: string]: string } }, row: AnyRow) {
    const equal = Object.entries(same).map(([column, own]) => [column, row[own]]);
    return this.#tables[table].find({ ...where, ...Object.fromEntries(equal) }) !== undefined;
  }

  #insert(table: TableName, row: AnyRow): void {
    this.#assertReferences(table, row);
    this.#tables[table].add(row);
  }

  #replace(table: TableName, row: AnyRow, next: AnyRow): void {
    if (compareKeys(PRIMARY_KEYS[table], row, next) !== 0) this.#assertUnreferenced(table, row);
    this.#assertReferences(table, next);
    this.#tables[table].drop(row);
    this.#tables[table].add(next);
  }

  #remove(table: TableName, row: AnyRow): void {
    this.#assertUnreferenced(table, row);
    this.#tables[table].drop(row);
  }

  #assertReferences(table: TableName, row: AnyRow): void {
    for (const { columns, table: target } of REFERENCES[table] ?? []) {
      if (this.#tables[target].has(row, columns)) continue;
      throw new IntegrityError(table, `a row whose ${columns.join(", ")} no row of ${target} has`);
    }
  }

  #assertUnreferenced(table: TableName, row: AnyRow): void {
    const key = PRIMARY_KEYS[table].map((column) => row[column]);
    for (const other of Object.keys(REFERENCES) as TableName[]) {
      for (const { columns, table: target } of REFERENCES[other] ?? []) {
        const where = Object.fromEntries(columns.map((column, i) => [column, key[i]]));
        if (target !== table || this.#tables[other].find(where) === undefined) continue;
        throw new IntegrityError(table, `rows of ${other} refer to the row that is to be removed`);
      }
    }
  }
}

/** The rows of one table. */
class MemoryTable {
  readonly #name: TableName;
  readonly #primary: UniqueIndex;
  /** The primary key, then those of UNIQUE. */
  readonly #indexes: readonly UniqueIndex[];

  constructor(name: TableName) {
    this.#name = name;
    this.#primary = new UniqueIndex(PRIMARY_KEYS[name]);
    const unique: readonly (readonly string[])[] = UNIQUE[name] ?? [];
    this.#indexes = [this.#primary, ...unique.map((columns) => new UniqueIndex(columns))];
  }

  /** The row that matches, the first in order if there are more. */
  find(where: AnyRow): AnyRow | undefined {
    for (const index of this.#indexes) {
      if (!index.covers(where)) continue;
      const row = index.get(where);
      return row !== undefined && matches(row, where) ? row : undefined;
    }
    return this.select(where)[0];
  }

  /** All rows that match, in the order of their primary key. */
  select(where: AnyRow): AnyRow[] {
    if (this.#primary.covers(where)) {
      const row = this.#primary.get(where);
      return row !== undefined && matches(row, where) ? [row] : [];
    }
    const rows = [...this.#primary.within(where)].filter((row) => matches(row, where));
    return rows.sort((a, b) => compareKeys(this.#primary.columns, a, b));
  }

  /** Whether there is the row whose primary key these columns of another one hold. */
  has(row: AnyRow, columns: readonly string[]): boolean {
    return this.#primary.get(row, columns) !== undefined;
  }

  /** @throws IntegrityError a second row of the same key */
  add(row: AnyRow): void {
    for (const [i, index] of this.#indexes.entries()) {
      if (index.add(row)) continue;
      for (const earlier of this.#indexes.slice(0, i)) earlier.take(row);
      throw new IntegrityError(this.#name, `a second row with the same ${index.columns.join(", ")}`);
    }
  }

  drop(row: AnyRow): void {
    for (const index of this.#indexes) index.take(row);
  }

  /** Take the row with the same primary key out, and leave it in the other indexes: for tables that are used up. */
  take(row: AnyRow): AnyRow | undefined {
    return this.#primary.take(row);
  }
}

function matches(row: AnyRow, where: AnyRow): boolean {
  for (const column in where) if (row[column] !== where[column]) return false;
  return true;
}

function isUpTo(value: unknown, limit: unknown): boolean {
  return value !== null && compareValues(value, limit) <= 0;
}

function compareKeys(columns: readonly string[], a: AnyRow, b: AnyRow): number {
  for (const column of columns) {
    const order = compareValues(a[column], b[column]);
    if (order !== 0) return order;
  }
  return 0;
}

/** In SQLite's order for text (binary) and integers. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  if (SURROGATE.test(left) || SURROGATE.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : Number(left > right);
}
