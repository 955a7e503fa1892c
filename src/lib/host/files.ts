import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConclaveError, isConclaveError, systemErrorCode } from "../errors.ts";

/**
 * Create a file that must not exist yet: written under a temporary name, fsynced, given its name,
 * and the directory fsynced. After a crash there is either the whole file or none of that name.
 *
 * @param temporary name beside it while it is being written; one that a crash left there is replaced
 * @throws ConclaveError EXISTS, or HOST_IO
 */
export function createFileDurably(path: string, bytes: Uint8Array, temporary = temporaryName(path)): void {
  ioExplained(path, () => {
    const written = join(dirname(path), temporary);
    removeIfThere(written);
    writeNew(written, bytes);
    try {
      nameExclusively(written, path);
    } catch (error) {
      unlinkSync(written);
      throw error;
    }
    syncDirectory(dirname(path));
  });
}

/** Replace a file (or create it) in the same way; readers see the old or the new one, never a part. */
export function replaceFileDurably(path: string, bytes: Uint8Array): void {
  ioExplained(path, () => {
    const written = join(dirname(path), temporaryName(path));
    removeIfThere(written);
    writeNew(written, bytes);
    renameSync(written, path);
    syncDirectory(dirname(path));
  });
}

/**
 * The bytes of a regular file.
 *
 * Read into memory that no pool shares, so that the caller can zero it.
 * @param limit largest size in bytes
 * @throws ConclaveError NOT_FOUND, INPUT_MALFORMED (larger, or no regular file), HOST_IO
 */
export function readSmallFile(path: string, limit: number): Uint8Array {
  return ioExplained(path, () => {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(file);
      const { size } = status;
      if (!status.isFile()) throw new ConclaveError("INPUT_MALFORMED", `${path}: not a regular file`);
      if (size > limit) throw new ConclaveError("INPUT_MALFORMED", `${path}: ${size} bytes, at most ${limit} are read`);
      const bytes = new Uint8Array(size);
      for (let offset = 0; offset < size; ) {
        const count = readSync(file, bytes, offset, size - offset, null);
        if (count === 0) return bytes.subarray(0, offset);
        offset += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  });
}

/** Remove a file and make that durable; nothing happens if it isn't there. */
export function removeFileDurably(path: string): void {
  ioExplained(path, () => {
    if (removeIfThere(path)) syncDirectory(dirname(path));
  });
}

/** Make the names in a directory durable. @throws ConclaveError HOST_IO */
export function syncDirectory(path: string): void {
  ioExplained(path, () => {
    const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  });
}

/** Name of a file beside `path` while it is being written. */
export function temporaryName(path: string): string {
  return `.${basename(path)}.${process.pid}`;
}

/** Create a file that must not exist, and make its content durable; its name is not yet. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const file = openSync(path, flags, 0o600);
  try {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Give a file its name, if that is free; the one that it had is gone then. */
export function nameExclusively(written: string, path: string): void {
  if (linkExclusively(written, path)) unlinkSync(written);
}

/**
 * A hard link refuses an existing name, which rename would replace; media without links (FAT) are checked first.
 * @returns whether the file has both names now; else it has the new one only
 */
export function linkExclusively(written: string, path: string): boolean {
  try {
    linkSync(written, path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw alreadyThere(path, error);
    renameSync(written, path);
    return false;
  }
}

/** @returns whether it was there; another process may remove it at the same time */
export function removeIfThere(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Run `act` on a path, with errors of the system as ConclaveErrors. */
export function ioExplained<R>(path: string, act: () => R): R {
  try {
    return act();
  } catch (error) {
    throw explainIo(error, path);
  }
}

/** The error about a name that is taken. */
export function alreadyThere(path: string, cause?: unknown): ConclaveError {
  return new ConclaveError("EXISTS", `${path} exists already`, {
    cause,
    suggestions: ["Nothing is overwritten: name another file, or move this one away"],
  });
}

/** What of the system went wrong with a path, as a ConclaveError; any other error as it is. */
export function explainIo(error: unknown, path: string): unknown {
  if (isConclaveError(error)) return error;
  const code = systemErrorCode(error);
  switch (code) {
    case undefined:
      return error;
    case "ENOENT":
      return new ConclaveError("NOT_FOUND", `${path}: no such file or directory`, { cause: error });
    case "EEXIST":
      return alreadyThere(path, error);
    case "ELOOP":
      return new ConclaveError("HOST_PREFLIGHT", `${path}: a symbolic link, which is not followed`, { cause: error });
    default:
      return new ConclaveError("HOST_IO", `${path}: the host could not read or write it (${code})`, {
        cause: error,
        suggestions: ["Check free space, quota and permissions"],
      });
  }
}
