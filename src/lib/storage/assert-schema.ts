import type Database from "better-sqlite3";
import { IntegrityError } from "../errors.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
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
 * The schema must be ours to the letter, and nothing more: no other query may be made before.
 * @throws IntegrityError, or EmptyVaultError
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
  const names = Object.keys(PRIMARY_KEYS);
  for (let i = 0; i < Math.max(rows.length, SCHEMA.length); i++) {
    const row = rows[i];
    if (row?.sql !== SCHEMA[i] || row?.type !== "table" || row.name !== names[i] || row.tbl_name !== names[i]) {
      throw new IntegrityError("vault.db", `schema: ${row?.type ?? "table"} ${row?.name ?? i} is not as it was made`);
    }
  }
}
