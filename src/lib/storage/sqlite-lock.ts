import Database from "better-sqlite3";
import { explainSqliteError } from "./sqlite-error.ts";

/**
 * Hold an empty file as a lock, by SQLite's own, until what is returned is disposed of or the process ends. Nothing is
 * written, beside it neither.
 *
 * @throws BusyError another process, or another part of this one, holds it longer than the timeout; HOST_IO
 */
export function lockFile(path: string, { lockTimeoutMs: timeout }: { lockTimeoutMs: number }): Disposable {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { fileMustExist: true, timeout });
    database.pragma("journal_mode = memory"); // else there would be a journal, of the first page of an empty database
    database.exec("BEGIN IMMEDIATE");
    const held = database;
    return { [Symbol.dispose]: () => void held.close() };
  } catch (error) {
    database?.close();
    throw explainSqliteError(error, path);
  }
}
