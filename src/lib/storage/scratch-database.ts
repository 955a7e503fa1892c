import Database from "better-sqlite3";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import type { Value } from "./clauses.ts";

/** What a scratch database is set to: nothing of it outlives the process, so nothing is made durable. */
const SETTINGS = [
  "page_size = 8192",
  "cache_size = -8192", // 8 MiB; what is beyond it lies in the file
  "synchronous = OFF",
  "foreign_keys = OFF",
  "trusted_schema = OFF",
  "secure_delete = OFF",
  "temp_store = FILE", // a large sort too
];

/**
 * A private database for what memory is too small for. SQLite puts it into a file without a name (removed as it is made,
 * mode 0600) in SQLITE_TMPDIR, TMPDIR or /var/tmp, as soon as it is larger than its cache; it is gone with the process.
 */
export class ScratchDatabase implements Disposable {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement<Value[]>>();

  /** @param schema statements that make its tables */
  constructor(schema: readonly string[]) {
    this.#database = new Database("");
    for (const setting of SETTINGS) this.#database.pragma(setting);
    this.#database.exec("BEGIN"); // never committed: so no page is kept to be restored
    for (const statement of schema) this.#database.exec(statement);
  }

  run(sql: string, values: Value[]): void {
    this.#prepared(sql, (statement) => statement.run(...values));
  }

  get(sql: string, values: Value[]): unknown {
    return this.#prepared(sql, (statement) => statement.get(...values));
  }

  all(sql: string, values: Value[]): unknown[] {
    return this.#prepared(sql, (statement) => statement.all(...values));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #prepared<R>(sql: string, run: (statement: Database.Statement<Value[]>) => R): R {
    try {
      let statement = this.#statements.get(sql);
      if (statement === undefined) {
        statement = this.#database.prepare<Value[]>(sql);
        this.#statements.set(sql, statement);
      }
      return run(statement);
    } catch (error) {
      if (!/^SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM)/.test(systemErrorCode(error) ?? "")) throw error;
      const problem = error instanceof Error ? error.message : "";
      throw new ConclaveError("HOST_IO", `scratch file: the host could not read or write it (${problem})`, {
        cause: error,
        suggestions: ["It lies in TMPDIR, or /var/tmp, and takes as much room as the vault", "Check free space: df"],
      });
    }
  }
}

/** Whether a row was refused since there is one with the same primary key, or the same in columns that are UNIQUE. */
export function isDoubled(error: unknown): boolean {
  return /^SQLITE_CONSTRAINT_(?:PRIMARYKEY|UNIQUE)$/.test(systemErrorCode(error) ?? "");
}
