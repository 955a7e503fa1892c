import { IntegrityError } from "../errors.ts";
import { type Value, valuesOf, whereClause } from "./clauses.ts";
import type { ReplayTable } from "./replay-table.ts";
import { compareKeys } from "./row-order.ts";
import { isDoubled, type ScratchDatabase } from "./scratch-database.ts";
import { PRIMARY_KEYS, type TableName, UNIQUE } from "./tables.ts";
import type { AnyRow } from "./unique-index.ts";

/** Rows read at once. */
const PORTION = 500;

/** A table in a scratch database: memory stays flat, however many rows there are. */
export class DiskTable implements ReplayTable {
  readonly #name: TableName;
  readonly #scratch: ScratchDatabase;
  readonly #key: readonly string[];
  readonly #keyClause: string;
  /** The row that was added last: what is added next mostly refers to it. */
  #newest: AnyRow | undefined;
  #taking: Taking | undefined;

  /** @param scratch has the table; stays the caller's */
  constructor(name: TableName, scratch: ScratchDatabase) {
    this.#name = name;
    this.#scratch = scratch;
    this.#key = PRIMARY_KEYS[name];
    this.#keyClause = this.#key.map((column) => `${column} = ?`).join(" AND ");
  }

  find(where: AnyRow): AnyRow | undefined {
    const order = `ORDER BY ${this.#key.join(", ")} LIMIT 1`;
    return this.#scratch.get(
      `SELECT * FROM "${this.#name}"${whereClause(this.#name, { where })} ${order}`,
      valuesOf(where),
    ) as AnyRow | undefined;
  }

  *select(where: AnyRow): Iterable<AnyRow> {
    const order = `ORDER BY ${this.#key.join(", ")} LIMIT ${PORTION}`;
    let after: AnyRow | undefined;
    do {
      const clause = whereClause(this.#name, { where, ...(after && { after }) });
      const values = [...valuesOf(where), ...(after === undefined ? [] : this.#keyOf(after))];
      const rows = this.#scratch.all(`SELECT * FROM "${this.#name}"${clause} ${order}`, values) as AnyRow[];
      yield* rows;
      after = rows[PORTION - 1];
    } while (after !== undefined);
  }

  has(row: AnyRow, columns: readonly string[] = this.#key): boolean {
    if (this.#newest !== undefined && this.#isKeyOf(this.#newest, row, columns)) return true;
    const key = Object.fromEntries(columns.map((column) => [column, row[column]]));
    return this.#scratch.get(`SELECT 1 FROM "${this.#name}" WHERE ${this.#keyClause}`, valuesOf(key)) !== undefined;
  }

  add(row: AnyRow): void {
    const columns = Object.keys(row);
    const sql = `INSERT INTO "${this.#name}" (${columns.join()}) VALUES (${columns.map(() => "?").join()})`;
    this.#write(sql, valuesOf(row), () => (this.has(row) ? this.#key : this.#doubled(row)));
    this.#newest = row;
  }

  replace(row: AnyRow, next: AnyRow): void {
    if (!this.#isKeyOf(row, next, this.#key)) {
      this.drop(row);
      this.add(next);
      return;
    }
    const changed = Object.keys(next).filter((column) => row[column] !== next[column]);
    if (changed.length === 0) return;
    const changes = Object.fromEntries(changed.map((column) => [column, next[column]]));
    const sql = `UPDATE "${this.#name}" SET ${changed.map((column) => `${column} = ?`).join()} WHERE ${this.#keyClause}`;
    this.#write(sql, [...valuesOf(changes), ...this.#keyOf(row)], () => this.#doubled(next));
  }

  drop(row: AnyRow): void {
    this.#newest = undefined;
    this.#scratch.run(`DELETE FROM "${this.#name}" WHERE ${this.#keyClause}`, this.#keyOf(row));
  }

  take(row: AnyRow): AnyRow | undefined {
    this.#taking ??= new Taking(this.#key, this.select({}));
    return this.#taking.take(row);
  }

  left(): AnyRow | undefined {
    this.#taking ??= new Taking(this.#key, this.select({}));
    return this.#taking.left();
  }

  /** @param doubled in which columns the row equals another one, if it does */
  #write(sql: string, values: Value[], doubled: () => readonly string[]): void {
    try {
      this.#scratch.run(sql, values);
    } catch (error) {
      if (!isDoubled(error)) throw error;
      throw new IntegrityError(this.#name, `a second row with the same ${doubled().join(", ")}`);
    }
  }

  #doubled(row: AnyRow): readonly string[] {
    const unique: readonly (readonly string[])[] = UNIQUE[this.#name] ?? [];
    const doubled = unique.find((columns) => {
      const other = this.find(Object.fromEntries(columns.map((column) => [column, row[column]])));
      return other !== undefined && !this.#isKeyOf(other, row, this.#key);
    });
    return doubled ?? this.#key;
  }

  #keyOf(row: AnyRow): Value[] {
    return valuesOf(this.#key.map((column) => row[column]));
  }

  /** Whether `columns` of another row hold the primary key of this one. */
  #isKeyOf(own: AnyRow, row: AnyRow, columns: readonly string[]): boolean {
    return this.#key.every((column, i) => own[column] === row[columns[i] ?? ""]);
  }
}

/** Rows in order, of which some are taken in the same order. */
class Taking {
  readonly #key: readonly string[];
  readonly #rows: Iterator<AnyRow>;
  #next: AnyRow | undefined;
  #skipped: AnyRow | undefined;

  constructor(key: readonly string[], rows: Iterable<AnyRow>) {
    this.#key = key;
    this.#rows = rows[Symbol.iterator]();
    this.#advance();
  }

  take(row: AnyRow): AnyRow | undefined {
    for (;;) {
      const next = this.#next;
      const order = next === undefined ? 1 : compareKeys(this.#key, next, row);
      if (order > 0) return undefined;
      this.#advance();
      if (order === 0) return next;
      this.#skipped ??= next;
    }
  }

  left(): AnyRow | undefined {
    return this.#skipped ?? this.#next;
  }

  #advance(): void {
    const { value, done } = this.#rows.next();
    this.#next = done === true ? undefined : value;
  }
}
