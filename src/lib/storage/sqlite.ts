import Database from "better-sqlite3";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { assertSchema } from "./assert-schema.ts";
import { orderOf, queryValues, shapeOf, type Value, valuesOf, whereClause } from "./clauses.ts";
import { APPLICATION_ID, INDEXES, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { explainSqliteError } from "./sqlite-error.ts";
import type { Match, NumberColumn, Query, Reader, Selection, Storage, Writer } from "./storage.ts";
import { PRIMARY_KEYS, type Row, type TableName } from "./tables.ts";

/** Set on every open and read back; what each is for stands in docs/formats/vault.md. */
const SETTINGS = {
  journal_mode: "delete",
  synchronous: 3, // EXTRA: the directory is synced after the journal is removed
  foreign_keys: 1,
  trusted_schema: 0,
  cell_size_check: 1,
  secure_delete: 1,
  mmap_size: 0,
  temp_store: 2, // in memory
} as const;

/** Memory for pages of the database, in KiB: it is mostly read once, from one end to the other. */
const CACHE = 4096;

/** More pages than a database has: what a copy takes in one step. */
const ALL_PAGES = 2 ** 31 - 1;

/** Rows read at once by an iteration. */
const PORTION = 200;
/** The same of entries, each of which may tell of a thousand keys. */
const PORTION_OF_ENTRIES = 20;

export interface SqliteOptions {
  /** How long to wait for another process, in milliseconds. */
  lockTimeoutMs: number;
  /** Write nothing, not even what undoes an act that was cut off: then reading fails with HOST_IO. */
  readOnly?: boolean;
}

/**
 * Open an existing vault database, or an empty file as a new one.
 *
 * The schema of an existing one must be ours to the letter.
 * @param path a regular file of mode 0600, made and checked by the caller (SQLite follows links and makes 0644)
 */
export function openSqlite(path: string, options: SqliteOptions): Storage {
  return explaining(path, () => {
    const { lockTimeoutMs: timeout, readOnly: readonly = false } = options;
    const database = new Database(path, { fileMustExist: true, timeout, readonly });
    try {
      configure(database);
      assertSchema(database);
      return new SqliteStorage(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Lay the tables into an empty file; nothing of it stays if the process dies before `fill` has committed too. */
export async function createSqlite(
  path: string,
  options: SqliteOptions,
  fill: (writer: Writer) => Promise<void>,
): Promise<Storage> {
  const storage = explaining(path, () => {
    const database = new Database(path, { fileMustExist: true, timeout: options.lockTimeoutMs });
    configure(database);
    return new SqliteStorage(database, path);
  });
  try {
    await storage.create(fill);
    return storage;
  } catch (error) {
    await storage[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Run while no other process writes the database, which may still be empty.
 * @throws BusyError another process holds it longer than the timeout
 */
export async function holdingSqlite<R>(path: string, options: SqliteOptions, run: () => Promise<R>): Promise<R> {
  const database = explaining(path, () => new Database(path, { fileMustExist: true, timeout: options.lockTimeoutMs }));
  try {
    explaining(path, () => {
      configure(database);
      database.exec("BEGIN IMMEDIATE");
    });
    return await run();
  } finally {
    database.close(); // nothing was written: there is nothing to roll back
  }
}

function configure(database: Database.Database): void {
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    database.pragma(`${name} = ${wanted}`);
    const found: unknown = database.pragma(name, { simple: true });
    if (found !== wanted)
      throw new ConclaveError("HOST_PREFLIGHT", `SQLite setting ${name} is ${String(found)}, wanted ${wanted}`);
  }
  database.pragma(`cache_size = -${CACHE}`);
  database.pragma("writable_schema = ON"); // stays off under SQLITE_DBCONFIG_DEFENSIVE, which nothing else tells
  if (database.pragma("writable_schema", { simple: true }) !== 0) throw new Error("SQLite is not in defensive mode");
}

class SqliteStorage implements Storage {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #statements = new Map<string, Database.Statement<Value[]>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
  }

  create(fill: (writer: Writer) => Promise<void>): Promise<void> {
    return this.transaction(async (writer) => {
      for (const statement of [...SCHEMA, ...INDEXES]) this.#database.exec(statement);
      this.#database.pragma(`application_id = ${APPLICATION_ID}`);
      this.#database.pragma(`user_version = ${SCHEMA_VERSION}`);
      await fill(writer);
    });
  }

  transaction<R>(run: (writer: Writer) => Promise<R>): Promise<R> {
    return this.#inTransaction("BEGIN IMMEDIATE", () => run(this.#writer()));
  }

  snapshot<R>(run: (reader: Reader) => Promise<R>): Promise<R> {
    return this.#inTransaction("BEGIN", () => run(this));
  }

  async checkStructure(): Promise<void> {
    const problem = explaining(this.#path, () => this.#database.pragma("integrity_check(1)", { simple: true }));
    if (problem !== "ok") throw new IntegrityError("vault.db", `the database is damaged (${String(problem)})`);
  }

  copyTo(path: string): Promise<void> {
    return this.#inTransaction("BEGIN", async () => {
      await this.find("vault", {}); // from here on nobody writes, so that the copy never starves
      try {
        await this.#database.backup(path, { progress: () => ALL_PAGES });
      } catch (error) {
        throw explainSqliteError(error, path);
      }
    });
  }

  async find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined> {
    return this.#prepared(
      `find ${table} ${Object.keys(where).join()}`,
      () => {
        const key: readonly string[] = PRIMARY_KEYS[table];
        const one = key.every((column) => column in where);
        return `SELECT * FROM "${table}"${whereClause(table, { where })}${one ? "" : ` ORDER BY ${key.join(", ")} LIMIT 1`}`;
      },
      (statement) => statement.get(...valuesOf(where)),
    ) as Row<T> | undefined;
  }

  async *rows<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<Row<T>> {
    for await (const rows of this.portions(table, query)) yield* rows;
  }

  async *portions<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<readonly Row<T>[]> {
    let { after, limit = Number.POSITIVE_INFINITY } = query;
    while (limit > 0) {
      const portion = Math.min(table === "entries" ? PORTION_OF_ENTRIES : PORTION, limit);
      const rows = this.#select(table, { ...query, ...(after && { after }), limit: portion });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      if (rows.length < portion) return;
      limit -= rows.length;
      after = last;
    }
  }

  async count<T extends TableName>(table: T, query: Selection<T> & Pick<Query<T>, "limit"> = {}): Promise<number> {
    const { limit } = query;
    const row = this.#prepared(
      `count ${table} ${shapeOf(query)} ${limit === undefined ? "" : "limit"}`,
      () => {
        const rows = `FROM "${table}"${whereClause(table, query)}`;
        return `SELECT count(*) AS n ${limit === undefined ? rows : `FROM (SELECT 1 ${rows} LIMIT ?)`}`;
      },
      (statement) => statement.get(...queryValues(table, query), ...(limit === undefined ? [] : [limit])),
    );
    return (row as { n: number }).n;
  }

  async largest<T extends TableName>(table: T, column: NumberColumn<T>, where: Match<T>): Promise<number | undefined> {
    const row = this.#prepared(
      `largest ${table} ${column} ${shapeOf({ where })}`,
      () => `SELECT max(${column}) AS n FROM "${table}"${whereClause(table, { where })}`,
      (statement) => statement.get(...valuesOf(where)),
    );
    return (row as { n: number | null }).n ?? undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  #select<T extends TableName>(table: T, query: Query<T> & { limit: number }): Row<T>[] {
    return this.#prepared(
      `select ${table} ${shapeOf(query)}`,
      () => `SELECT * FROM "${table}"${whereClause(table, query)} ORDER BY ${orderOf(table, query)} LIMIT ?`,
      (statement) => statement.all(...queryValues(table, query), query.limit),
    ) as Row<T>[];
  }

  #writer(): Writer {
    return {
      find: (table, where) => this.find(table, where),
      rows: (table, query) => this.rows(table, query),
      portions: (table, query) => this.portions(table, query),
      largest: (table, column, where) => this.largest(table, column, where),
      count: (table, query) => this.count(table, query),
      insert: async (table, row) => {
        const columns = Object.keys(row);
        this.#prepared(
          `insert ${table} ${columns.join()}`,
          () => `INSERT INTO "${table}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
          (statement) => statement.run(...valuesOf(row)),
        );
      },
      update: async (table, where, changes) => {
        const columns = Object.keys(changes);
        return this.#prepared(
          `update ${table} ${columns.join()} ${shapeOf({ where })}`,
          () =>
            `UPDATE "${table}" SET ${columns.map((column) => `${column} = ?`).join(", ")}${whereClause(table, { where })}`,
          (statement) => statement.run(...valuesOf(changes), ...valuesOf(where)).changes,
        );
      },
      remove: async (table, where) =>
        this.#prepared(
          `remove ${table} ${shapeOf({ where })}`,
          () => `DELETE FROM "${table}"${whereClause(table, { where })}`,
          (statement) => statement.run(...valuesOf(where)).changes,
        ),
    };
  }

  /** Transactions of one connection take turns; SQLite itself makes other processes wait. */
  #inTransaction<R>(begin: string, run: () => Promise<R>): Promise<R> {
    const result = this.#turn.then(async () => {
      this.#execute(begin);
      try {
        const value = await run();
        this.#execute("COMMIT");
        return value;
      } catch (error) {
        if (this.#database.inTransaction) this.#execute("ROLLBACK");
        throw error;
      }
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  #execute(sql: string): void {
    explaining(this.#path, () => this.#database.exec(sql));
  }

  /** @param shape what the statement is known by: whatever its text depends on */
  #prepared<R>(shape: string, sql: () => string, run: (statement: Database.Statement<Value[]>) => R): R {
    return explaining(this.#path, () => {
      let statement = this.#statements.get(shape);
      if (statement === undefined) {
        statement = this.#database.prepare<Value[]>(sql());
        this.#statements.set(shape, statement);
      }
      return run(statement);
    });
  }
}

function explaining<R>(path: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    throw explainSqliteError(error, path);
  }
}
