import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isatty } from "node:tty";
import { fromUtf8 } from "../bytes.ts";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { LIMITS } from "../limits.ts";

const LF = 10;
const CR = 13;
const BYTE_ORDER_MARK = "\ufeff";

/**
 * The passphrase that is the first and only line of a file, without its LF or CRLF.
 *
 * The bytes are read past every stream and zeroed; the string that is returned can't be: keep it for one expression.
 *
 * @param path a file, `/dev/fd/N` (read from the descriptor itself, and left open), `/dev/stdin` or `-`
 * @param warn told of a file that others can read
 * @returns 1 to LIMITS.passphraseBytes bytes of UTF-8
 * @throws {ConclaveError} NOT_FOUND; HOST_IO: not readable; USAGE: empty, more than a line, too long, not UTF-8, a terminal
 */
export function readPassphraseFile(path: string, warn: (message: string) => void): string {
  const inherited = path === "-" || path === "/dev/stdin" ? "0" : /^\/dev\/fd\/(\d{1,6})$/.exec(path)?.[1];
  if (inherited !== undefined) return readPassphrase(Number(inherited), path, warn);

  const fd = onSystemError(path, () => openSync(path, constants.O_RDONLY | constants.O_NOCTTY));
  try {
    return readPassphrase(fd, path, warn);
  } finally {
    closeSync(fd);
  }
}

function readPassphrase(fd: number, path: string, warn: (message: string) => void): string {
  const stat = onSystemError(path, () => fstatSync(fd));
  if (isatty(fd)) throw refused(path, "is a terminal", "Leave it out to be asked");
  if (!stat.isFile() && !stat.isFIFO() && !stat.isSocket() && !stat.isCharacterDevice()) {
    throw refused(path, "is not a file that can be read");
  }
  if (stat.isFile() && (stat.mode & 0o044) !== 0) {
    warn(`passphrase file ${path} can be read by others than its owner: chmod 600 it`);
  }

  const buffer = Buffer.allocUnsafeSlow(LIMITS.passphraseBytes + 3); // CR, LF and a byte too many
  try {
    return onlyLine(buffer.subarray(0, fill(fd, path, buffer)), path);
  } finally {
    buffer.fill(0);
  }
}

function fill(fd: number, path: string, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const read = onSystemError(path, () => readSync(fd, buffer, length, buffer.length - length, null));
    if (read === 0) break;
    length += read;
  }
  return length;
}

function onlyLine(content: Uint8Array, path: string): string {
  const feed = content.indexOf(LF);
  if (feed !== -1 && feed < content.length - 1) throw refused(path, "has more than one line");
  const end = feed === -1 ? content.length : feed;
  const line = content.subarray(0, feed > 0 && content[end - 1] === CR ? end - 1 : end);
  if (line.length === 0) throw refused(path, "is empty");
  if (line.length > LIMITS.passphraseBytes) throw refused(path, `is longer than ${LIMITS.passphraseBytes} bytes`);

  let text: string;
  try {
    text = fromUtf8(line);
  } catch {
    throw refused(path, "is not UTF-8");
  }
  if (text.startsWith(BYTE_ORDER_MARK)) throw refused(path, "starts with a byte order mark");
  return text;
}

function refused(path: string, what: string, ...suggestions: string[]): ConclaveError {
  return new ConclaveError("USAGE", `passphrase file ${path} ${what}`, { suggestions });
}

/** A non-blocking descriptor is waited for; what else the system says becomes an error about `path`. */
function onSystemError<T>(path: string, call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      if (code === "ENOENT" || code === "EBADF") {
        throw new ConclaveError("NOT_FOUND", `passphrase file not found: ${path}`, { cause: error });
      }
      if (code === "EISDIR") throw refused(path, "is not a file that can be read");
      throw new ConclaveError("HOST_IO", `passphrase file ${path} cannot be read: ${code ?? "failed"}`, {
        cause: error,
      });
    }
  }
}
