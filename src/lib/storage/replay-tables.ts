import { IntegrityError } from "../errors.ts";
import { type BlobOwners, DiskOwners, MemoryOwners, OWNERS_SCHEMA } from "./blob-owners.ts";
import { DiskTable } from "./disk-table.ts";
import { MemoryTable } from "./memory-table.ts";
import type { ReplayTable } from "./replay-table.ts";
import { compareKeys, compareValues } from "./row-order.ts";
import { SCHEMA } from "./schema.ts";
import { ScratchDatabase } from "./scratch-database.ts";
import type { Match, NumberColumn, Query, Selection, Writer } from "./storage.ts";
import { PRIMARY_KEYS, REFERENCES, type Row, type TableName } from "./tables.ts";
import type { AnyRow } from "./unique-index.ts";

/** Those with few rows, which are read for each entry: they stay in memory. */
const SMALL: readonly TableName[] = ["vault", "quorums", "generations", "seats", "keyrings", "keks"];

/** Rows handed on at once. */
const PORTION = 500;

/**
 * The tables of a replay: the same primary keys, UNIQUE and REFERENCES as in the database, and the same errors wherever
 * the rows lie. Rows are never changed, but replaced.
 */
export class ReplayTables implements Writer, Disposable {
  readonly #tables: { readonly [T in TableName]: ReplayTable };
  readonly #scratch: ScratchDatabase | undefined;

  /**
   * @param scratch for the tables that are not kept in memory; taken over. Without it, all are
   * @param inMemory those that are kept in memory in any case
   */
  constructor(scratch?: ScratchDatabase, inMemory = SMALL) {
    this.#scratch = scratch;
    const tables = (Object.keys(PRIMARY_KEYS) as TableName[]).map((name): [string, ReplayTable] => {
      if (scratch === undefined || inMemory.includes(name)) return [name, new MemoryTable(name)];
      return [name, new DiskTable(name, scratch)];
    });
    this.#tables = Object.fromEntries(tables) as { readonly [T in TableName]: ReplayTable };
  }

  /** With the large ones in a scratch database. */
  static onDisk(inMemory = SMALL): ReplayTables {
    return new ReplayTables(new ScratchDatabase([...SCHEMA, ...OWNERS_SCHEMA]), inMemory);
  }

  async find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined> {
    return this.#tables[table].find(where) as Row<T> | undefined;
  }

  async *rows<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<Row<T>> {
    yield* this.#selected(table, query);
  }

  async *portions<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<readonly Row<T>[]> {
    let portion: Row<T>[] = [];
    for (const row of this.#selected(table, query)) {
      portion.push(row);
      if (portion.length < PORTION) continue;
      yield portion;
      portion = [];
    }
    if (portion.length > 0) yield portion;
  }

  async count<T extends TableName>(table: T, query: Selection<T> & Pick<Query<T>, "limit"> = {}): Promise<number> {
    let count = 0;
    for (const _ of this.#selected(table, query)) count += 1;
    return count;
  }

  async largest<T extends TableName>(table: T, column: NumberColumn<T>, where: Match<T>): Promise<number | undefined> {
    let largest: number | undefined;
    for (const row of this.#tables[table].select(where)) largest = Math.max(largest ?? -Infinity, Number(row[column]));
    return largest;
  }

  async insert<T extends TableName>(table: T, row: Row<T>): Promise<void> {
    this.#insert(table, row);
  }

  async update<T extends TableName>(table: T, where: Match<T>, changes: Match<T>): Promise<number> {
    const rows = [...this.#tables[table].select(where)];
    for (const row of rows) this.#replace(table, row, { ...row, ...changes });
    return rows.length;
  }

  async remove<T extends TableName>(table: T, where: Match<T>): Promise<number> {
    const rows = [...this.#tables[table].select(where)];
    for (const row of rows) this.#remove(table, row);
    return rows.length;
  }

  /**
   * Take the row out that has the same primary key as `row`, whatever refers to it. The tables are to be read from then
   * on, not to be written, and the rows of each table to be taken in the order of their primary key.
   *
   * @returns undefined if there is none
   */
  take<T extends TableName>(table: T, row: Row<T>): Row<T> | undefined {
    return this.#tables[table].take(row) as Row<T> | undefined;
  }

  /** The first row that was not taken, once all others were. */
  left<T extends TableName>(table: T): Row<T> | undefined {
    return this.#tables[table].left() as Row<T> | undefined;
  }

  /** None yet: for those who take the rows. */
  blobOwners(): BlobOwners {
    return this.#scratch === undefined ? new MemoryOwners() : new DiskOwners(this.#scratch);
  }

  [Symbol.dispose](): void {
    this.#scratch?.[Symbol.dispose]();
  }

  *#selected<T extends TableName>(table: T, query: Query<T>): Generator<Row<T>> {
    const { where = {}, upTo = {}, beyond = {}, having, after, limit = Number.POSITIVE_INFINITY } = query;
    let left = limit;
    for (const row of this.#tables[table].select(where)) {
      if (left === 0) return;
      const wanted =
        Object.entries(upTo).every(([column, value]) => isUpTo(row[column], value)) &&
        Object.entries(beyond).every(([column, value]) => !isUpTo(row[column], value)) &&
        (having === undefined || this.#has(having, row)) &&
        (after === undefined || compareKeys(PRIMARY_KEYS[table], row, after) > 0);
      if (!wanted) continue;
      left -= 1;
      yield row as unknown as Row<T>;
    }
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
    this.#assertReferences(table, next, row);
    this.#tables[table].replace(row, next);
  }

  #remove(table: TableName, row: AnyRow): void {
    this.#assertUnreferenced(table, row);
    this.#tables[table].drop(row);
  }

  /** @param before the row in whose place it comes: where it refers as that one did, there is what it refers to */
  #assertReferences(table: TableName, row: AnyRow, before?: AnyRow): void {
    for (const { columns, table: target } of REFERENCES[table] ?? []) {
      if (before !== undefined && compareKeys(columns, row, before) === 0) continue;
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

function isUpTo(value: unknown, limit: unknown): boolean {
  return value !== null && compareValues(value, limit) <= 0;
}
