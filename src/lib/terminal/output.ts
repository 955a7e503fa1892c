import { writeSync } from "node:fs";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { fold } from "./fold.ts";

/** The program that read our standard output went away (`| head`): nobody is left to be told. */
export class ReaderGoneError extends ConclaveError {
  override readonly name = "ReaderGoneError";

  constructor(cause: unknown) {
    super("HOST_IO", "the reader of standard output is gone", { cause });
  }
}

/**
 * Write all of `text` to standard output, and know that it was written.
 *
 * @param text a secret one as bytes, of which no copy is made
 * @throws {ReaderGoneError} a closed pipe
 * @throws {ConclaveError} HOST_IO: any other failure, such as a full disk
 */
export function writeResult(text: string | Uint8Array): void {
  try {
    writeAll(1, text);
  } catch (error) {
    if (systemErrorCode(error) === "EPIPE") throw new ReaderGoneError(error);
    throw new ConclaveError("HOST_IO", `standard output cannot be written: ${systemErrorCode(error) ?? "failed"}`, {
      suggestions: ["Look at the state of things before running the command again: what it did may be done"],
      cause: error,
    });
  }
}

/** Write `text` to standard error, folded if that is a screen; where that can't be written, nobody is there to be told. */
export function writeMessage(text: string): void {
  try {
    writeAll(2, fold(text, process.stderr.columns));
  } catch {
    // Whatever the message was about goes on, or fails with its own exit status.
  }
}

function writeAll(fd: 1 | 2, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if (systemErrorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // a slow reader of a non-blocking pipe
    }
  }
}
