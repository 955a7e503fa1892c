import { createHash } from "node:crypto";
import { fromUtf8 } from "../bytes.ts";
import { isConclaveError } from "../errors.ts";
import { FileSource } from "../host/stream-file.ts";
import { LIMITS } from "../limits.ts";
import { manifestHash } from "../quorum/manifest.ts";
import { backupError } from "./backup-error.ts";
import { type BackupHead, HEAD_END, HEAD_START, parseHead } from "./head.ts";

/** Bytes read at once. */
export const PART_LENGTH = 256 * 1024;

/** A backup whose head is sound and whose size is what the head says; the payload was not read. */
export interface BackupFile {
  path: string;
  head: BackupHead;
  /** Bytes before the payload. */
  headLength: number;
  /** Of the whole file, in bytes. */
  size: number;
}

/** The same, with all of its bytes read: the payload is what the head says. */
export interface HashedBackup extends BackupFile {
  /** Of the whole file. */
  sha256: string;
  /** Hash of the manifest of the quorum that opens it. */
  manifest: string;
}

/**
 * Read the clear head of a backup, with memory bounded by its limit.
 * @throws IntegrityError no backup, altered, cut off, longer than it says, or of a newer format; NOT_FOUND, HOST_IO
 */
export function readBackupHead(path: string): BackupFile {
  using source = openSource(path);
  return headOf(source).file;
}

/**
 * Read a whole backup, and hash it with constant memory.
 * @throws as `readBackupHead`, and IntegrityError if the payload is not the one that was signed for
 */
export function hashBackup(path: string, progress?: (done: number, total: number) => void): HashedBackup {
  using source = openSource(path);
  const { file, rest, headBytes } = headOf(source);
  const whole = createHash("sha256").update(headBytes).update(rest);
  const payload = createHash("sha256").update(rest);
  const into = new Uint8Array(PART_LENGTH);
  let done = headBytes.length + rest.length;
  for (let part = source.read(into); part.length > 0; part = source.read(into)) {
    whole.update(part);
    payload.update(part);
    done += part.length;
    progress?.(done, file.size);
  }
  if (done !== file.size) throw backupError(path, "changed while it was read");
  if (payload.digest("hex") !== file.head.payload.sha256)
    throw backupError(path, "the payload is altered: its hash is not the one in the head");
  return { ...file, sha256: whole.digest("hex"), manifest: manifestHash(file.head.manifest) };
}

/** Whether a file begins as a backup does. @returns false also if it can't be read */
export function looksLikeBackup(path: string): boolean {
  try {
    using source = new FileSource(path);
    const start = source.read(new Uint8Array(HEAD_START.length));
    return start.length === HEAD_START.length && HEAD_START.every((byte, i) => start[i] === byte);
  } catch (error) {
    if (isConclaveError(error)) return false;
    throw error;
  }
}

/** The head, and what of the payload was read with it. */
export function headOf(source: FileSource): { file: BackupFile; headBytes: Uint8Array; rest: Uint8Array } {
  const { path, size } = source;
  const refuse = (problem: string) => backupError(path, problem);
  let read = Buffer.alloc(0);
  for (let searched = 0; ; ) {
    const part = source.read(new Uint8Array(PART_LENGTH));
    read = Buffer.concat([read, part]);
    if (!HEAD_START.every((byte, i) => read[i] === byte)) throw refuse("not a backup: it does not begin with a head");
    const end = read.indexOf(HEAD_END, searched);
    if (end > LIMITS.backupHeadBytes || (end === -1 && read.length > LIMITS.backupHeadBytes))
      throw refuse(`its head is larger than ${LIMITS.backupHeadBytes} bytes`);
    if (end !== -1) return split(path, size, read, end);
    if (part.length === 0) throw refuse("cut off within its head");
    searched = Math.max(0, read.length - HEAD_END.length);
  }
}

function split(path: string, size: number, read: Uint8Array, end: number) {
  const headLength = end + HEAD_END.length;
  const refuse = (problem: string) => backupError(path, problem);
  let text: string;
  try {
    text = fromUtf8(read.subarray(0, end));
  } catch {
    throw refuse("head: not UTF-8");
  }
  const head = parseHead(text, refuse);
  const wanted = headLength + head.payload.size;
  if (size < wanted) throw refuse(`cut off: ${size} bytes of ${wanted}`);
  if (size > wanted) throw refuse(`${size - wanted} bytes too many: something was added`);
  const file: BackupFile = { path, head, headLength, size };
  return { file, headBytes: read.subarray(0, headLength), rest: read.subarray(headLength) };
}

function openSource(path: string): FileSource {
  try {
    return new FileSource(path);
  } catch (error) {
    if (isConclaveError(error, "INPUT_MALFORMED")) throw backupError(path, "not a regular file", error);
    throw error;
  }
}
