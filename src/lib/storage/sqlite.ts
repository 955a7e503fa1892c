import Database from "better-sqlite3";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { assertSchema } from "./assert-schema.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { explainSqliteError } from "./sqlite-error.ts";
import type { Match, Query, Reader, Storage, Writer } from "./storage.ts";
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

/** Rows read at once by an iteration. */
const PORTION = 500;

type Value = string | number | Uint8Array | null;

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

/** An empty set of the same tables in memory, for replay. */
export async function memoryStorage(): Promise<Storage> {
  const storage = new SqliteStorage(new Database(":memory:"), ":memory:");
  await storage.create(async () => {});
  return storage;
}

function configure(database: Database.Database): void {
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    database.pragma(`${name} = ${wanted}`);
    const found: unknown = database.pragma(name, { simple: true });
    if (found !== wanted)
      throw new ConclaveError("HOST_PREFLIGHT", `SQLite setting ${name} is ${String(found)}, wanted ${wanted}`);
  }
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
      for (const statement of SCHEMA) this.#database.exec(statement);
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

  async find<T extends TableName>(table: T, where: Match<T>): Promise<Row<T> | undefined> {
    return this.#select(table, { where, limit: 1 })[0];
  }

  async *rows<T extends TableName>(table: T, query: Query<T> = {}): AsyncIterable<Row<T>> {
    let { after, limit = Number.POSITIVE_INFINITY } = query;
    while (limit > 0) {
      const portion = Math.min(PORTION, limit);
      const rows = this.#select(table, { ...query, ...(after && { after }), limit: portion });
      yield* rows;
      limit -= rows.length;
      const last = rows.at(-1);
      if (last === undefined || rows.length < portion) return;
      after = last;
    }
  }

  async count<T extends TableName>(table: T, where: Match<T> = {}): Promise<number> {
    const { sql, values } = conditions(where);
    const row = this.#prepared(`SELECT count(*) AS n FROM "${table}"${sql && ` WHERE ${sql}`}`, (statement) =>
      statement.get(...values),
    );
    return (row as { n: number }).n;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  #select<T extends TableName>(table: T, query: Query<T>): Row<T>[] {
    const key: readonly string[] = PRIMARY_KEYS[table];
    const { sql, values } = conditions(query.where ?? {});
    const clauses = sql === "" ? [] : [sql];
    if (query.after !== undefined) {
      const after: { [column: string]: unknown } = query.after;
      clauses.push(`(${key.join(", ")}) > (${key.map(() => "?").join(", ")})`);
      values.push(...key.map((column) => toValue(after[column])));
    }
    const where = clauses.length === 0 ? "" : ` WHERE ${clauses.join(" AND ")}`;
    values.push(query.limit ?? -1);
    return this.#prepared(`SELECT * FROM "${table}"${where} ORDER BY ${key.join(", ")} LIMIT ?`, (statement) =>
      statement.all(...values),
    ) as Row<T>[];
  }

  #writer(): Writer {
    return {
      find: (table, where) => this.find(table, where),
      rows: (table, query) => this.rows(table, query),
      count: (table, where) => this.count(table, where),
      insert: async (table, row) => {
        const columns = Object.keys(row);
        this.#prepared(
          `INSERT INTO "${table}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
          (statement) => statement.run(...Object.values(row).map(toValue)),
        );
      },
      update: async (table, where, changes) => {
        const { sql, values } = conditions(where);
        const set = Object.keys(changes).map((column) => `${column} = ?`);
        return this.#prepared(
          `UPDATE "${table}" SET ${set.join(", ")}${sql && ` WHERE ${sql}`}`,
          (statement) => statement.run(...Object.values(changes).map(toValue), ...values).changes,
        );
      },
      remove: async (table, where) => {
        const { sql, values } = conditions(where);
        return this.#prepared(
          `DELETE FROM "${table}"${sql && ` WHERE ${sql}`}`,
          (statement) => statement.run(...values).changes,
        );
      },
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

  #prepared<R>(sql: string, run: (statement: Database.Statement<Value[]>) => R): R {
    return explaining(this.#path, () => {
      let statement = this.#statements.get(sql);
      if (statement === undefined) {
        statement = this.#database.prepare<Value[]>(sql);
        this.#statements.set(sql, statement);
      }
      return run(statement);
    });
  }
}

function conditions(where: object): { sql: string; values: Value[] } {
  const columns = Object.entries(where);
  return {
    sql: columns.map(([column]) => `${column} IS ?`).join(" AND "),
    values: columns.map(([, value]) => toValue(value)),
  };
}

function toValue(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "number" || value instanceof Uint8Array)
    return value;
  throw new TypeError("not a value of a column");
}

function explaining<R>(path: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    throw explainSqliteError(error, path);
  }
}
