import { createRequire } from "node:module";
import Database from "better-sqlite3";

/** Versions of the database engine, and of the package that brings it. */
export interface SqliteVersions {
  sqlite: string;
  driver: string;
}

/** Read both from what is loaded here. */
export function sqliteVersions(): SqliteVersions {
  const database = new Database(":memory:");
  try {
    const sqlite = String(database.prepare("SELECT sqlite_version()").pluck().get());
    const { version: driver }: { version: string } = createRequire(import.meta.url)("better-sqlite3/package.json");
    return { sqlite, driver };
  } finally {
    database.close();
  }
}
