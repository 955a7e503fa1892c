import { readFileSync, statSync } from "node:fs";
import { ConclaveError, IntegrityError, systemErrorCode } from "../errors.ts";

/** A file that ends within a page. */
const CUT_OFF = "SQLITE_IOERR_SHORT_READ";
/** What SQLite says of a file that no SQLite wrote so. */
const DAMAGED = new RegExp(`^(?:SQLITE_(?:CORRUPT|NOTADB|FORMAT|TOOBIG|MISMATCH|CONSTRAINT)|${CUT_OFF}$)`);

/**
 * What a person can act on in an error of SQLite; anything else is returned as it is.
 * @param path the database file
 */
export function explainSqliteError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return new BusyError(path, lockHolder(path));
  if (DAMAGED.test(code) || error.message === "unsupported file format") {
    const what = code === CUT_OFF ? "it is cut off" : error.message;
    return new IntegrityError("vault.db", `the database is damaged (${what})`);
  }
  if (/^SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM)/.test(code)) {
    return new ConclaveError("HOST_IO", `vault.db: the host could not read or write it (${error.message})`, {
      suggestions: [`Check free space, quota and permissions: ls -l ${path}; df ${path}`],
    });
  }
  return error;
}

/** Another process holds the vault longer than the lock timeout. */
export class BusyError extends ConclaveError {
  override readonly name = "BusyError";

  constructor(path: string, holder: number | undefined) {
    super(
      "BUSY",
      `the vault is busy: ${path} is held by ${holder === undefined ? "another process" : `pid ${holder}`}`,
      {
        suggestions: ["Wait for the other act to end and run the command again", "Raise --lock-timeout"],
      },
    );
  }
}

/** The process that holds a POSIX lock on the file, where the kernel tells (Linux). */
function lockHolder(path: string): number | undefined {
  try {
    const inode = statSync(path).ino;
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const [, , , mode, pid, file] = line.trim().split(/\s+/);
      if (mode === "WRITE" && file?.endsWith(`:${inode}`) === true && Number(pid) !== process.pid) return Number(pid);
    }
  } catch {
    return undefined; // no /proc here, or the file is gone: the message does without the pid
  }
  return undefined;
}
