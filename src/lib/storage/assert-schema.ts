import type Database from "better-sqlite3";
import { IntegrityError } from "../errors.ts";
import { APPLICATION_ID, INDEXES, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { PRIMARY_KEYS } from "./tables.ts";

/** The file holds no vault: either genesis did not come to its first commit, or somebody emptied it. */
export class EmptyVaultError extends IntegrityError {
  constructor() {
    super("vault.db", "is empty: an init that did not finish, or a vault that was emptied", {
      suggestions: ["Run conclave init again if the vault never was finished"],
    });
  }
}

/**
 * Check that a database is a vault of this version, its schema ours to the letter, before any other query.
 * @throws IntegrityError what is not as it was made; EmptyVaultError
 */
export function assertSchema(database: Database.Database): void {
  const { application_id, user_version, encoding } = {
    application_id: database.pragma("application_id", { simple: true }),
    user_version: database.pragma("user_version", { simple: true }),
    encoding: database.pragma("encoding", { simple: true }),
  };
  if (application_id === 0 && database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined)
    throw new EmptyVaultError();
  if (application_id !== APPLICATION_ID) throw new IntegrityError("vault.db", "not a Conclave vault (application id)");
  if (user_version !== SCHEMA_VERSION) {
    throw new IntegrityError("vault.db", `schema version ${String(user_version)}, wanted ${SCHEMA_VERSION}`);
  }
  if (encoding !== "UTF-8") throw new IntegrityError("vault.db", `encoding ${String(encoding)}, wanted UTF-8`);

  const found = database.prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL OR name NOT LIKE 'sqlite_autoindex_%' ORDER BY rowid",
  );
  const rows = found.all();
  const wanted = wantedSchema();
  for (let i = 0; i < Math.max(rows.length, wanted.length); i++) {
    const [row, ours] = [rows[i], wanted[i]];
    const same =
      row !== undefined &&
      ours !== undefined &&
      row.sql === ours.sql &&
      row.type === ours.type &&
      row.name === ours.name &&
      row.tbl_name === ours.table;
    if (!same) {
      const { type, name } = row ?? ours ?? { type: "table", name: String(i) };
      throw new IntegrityError("vault.db", `schema: ${type} ${name} is not as it was made`);
    }
  }
}

interface SchemaRow {
  type: "table" | "index";
  name: string;
  table: string;
  sql: string;
}

function wantedSchema(): SchemaRow[] {
  const tables = Object.keys(PRIMARY_KEYS).map(
    (name, i): SchemaRow => ({ type: "table", name, table: name, sql: SCHEMA[i] ?? "" }),
  );
  const indexes = INDEXES.map((sql): SchemaRow => {
    const [, name = "", table = ""] = /^CREATE INDEX (\w+) ON (\w+)/.exec(sql) ?? [];
    return { type: "index", name, table, sql };
  });
  return [...tables, ...indexes];
}
