import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { type BackupSource, partsOf } from "./backup-source.ts";

/** Descriptor of a command's input before it becomes the standard one: only from 3 on they are read, too. */
const INPUT = 3;
/** Codes of errors that say that a command closed its input. */
const CLOSED = ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"];
/** Characters kept of what a command says, for the message when it fails. */
const TOLD = 2000;

/**
 * Give a backup to a shell command on its standard input; `{name}` in it stands for the backup's file name, `{size}` for
 * its size in bytes.
 *
 * Its standard input is a socket that is read too, though nobody writes to it: Linux tells there (ECONNRESET) that it was
 * closed before all of it was read, also of a backup that fits into the socket's buffer.
 *
 * @returns SHA-256 of what it was given
 * @throws ConclaveError HOST_IO: it can't be run, ended before it took everything, or ended with another status than 0
 */
export async function writeToCommand(
  command: string,
  source: BackupSource,
  progress?: (done: number, total: number) => void,
): Promise<string> {
  const words = command.replaceAll("{name}", source.name).replaceAll("{size}", String(source.size));
  const child = spawn("/bin/sh", ["-c", `exec <&${INPUT} ${INPUT}<&-\n${words}`], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const input = child.stdio[INPUT];
  if (!(input instanceof Duplex)) throw new TypeError("a child without input");
  let told = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      told = (told + bytes.toString()).slice(-TOLD);
    });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`could not be run (${systemErrorCode(error) ?? error.name})`));
    child.once("close", (status, signal) => resolve(status === 0 ? undefined : `ended with ${signal ?? status}`));
  });
  const hash = createHash("sha256");
  let untaken: unknown;
  try {
    const readToEnd = finished(input.resume());
    readToEnd.catch(() => undefined); // awaited when all is written, if it comes to that
    for (const part of partsOf(source, progress)) {
      hash.update(part);
      await write(input, part);
    }
    input.end();
    await readToEnd;
  } catch (error) {
    untaken = error;
    if (!CLOSED.includes(systemErrorCode(error) ?? "")) child.kill(); // it must not take what it has for the whole
    input.destroy();
  }
  const problem = await ended;
  if (problem === undefined && untaken === undefined) return hash.digest("hex");
  const last = told.trim().split("\n").at(-1) ?? "";
  const why = problem ?? "ended before it took the whole backup";
  throw new ConclaveError("HOST_IO", `exec: the command ${why}${last === "" ? "" : `: ${last}`}`, {
    cause: untaken,
    suggestions: ["Run the command by hand with a small file on its standard input"],
  });
}

/** Write, and wait until the bytes are needed no more. */
function write(input: Duplex, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
