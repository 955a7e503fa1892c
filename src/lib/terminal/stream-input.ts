import { read } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import * as Flags from "@oclif/core/flags";
import { utf8 } from "../bytes.ts";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import type { Rereadable } from "../host/byte-source.ts";
import { readSmallFile } from "../host/files.ts";
import { Spool } from "../host/spool.ts";
import { type AssociatedData, describeAssociatedData } from "../key/associated-data.ts";
import { fileInput } from "../key/stream-input.ts";
import { LIMITS } from "../limits.ts";
import { assertPiped, STDIN_NAME } from "./message-input.ts";
import { inputError } from "./standard-input.ts";

const readSoon = promisify(read);
const PORTION = 1024 * 1024;
/** Milliseconds between two looks at a non-blocking pipe that has nothing yet. */
const PATIENCE = 5;

export const streamInputFlag = {
  in: Flags.string({
    char: "i",
    summary: "file, of any size; - is standard input",
    helpValue: "FILE",
    required: true,
  }),
};

export const associatedDataFlags = {
  aad: Flags.string({
    summary: "associated data: a text without which it does not open",
    helpValue: "TEXT",
    exclusive: ["aad-file"],
  }),
  "aad-file": Flags.string({ summary: "associated data from a file", helpValue: "FILE" }),
};

/** An input of any size, as it was given. */
export interface GivenInput extends Disposable {
  name: string;
  input: Rereadable;
  /** It itself, if nothing can be read again. */
  spool: Spool | undefined;
}

/**
 * What is to be encrypted or decrypted: a file, or what comes through a pipe, which is spooled.
 * @param folder private to us, on a disk that has room
 * @returns the caller's to dispose of
 * @throws ConclaveError NOT_FOUND, INPUT_MALFORMED, HOST_IO; USAGE a terminal is no input
 */
export async function readStream(path: string, folder: string): Promise<GivenInput> {
  if (path !== "-")
    return { name: basename(path), input: fileInput(path), spool: undefined, [Symbol.dispose]: () => undefined };
  assertPiped();
  const spool = new Spool(folder);
  try {
    await copyPipe(spool);
  } catch (error) {
    spool[Symbol.dispose]();
    throw error;
  }
  return { name: STDIN_NAME, input: spool, spool, [Symbol.dispose]: () => spool[Symbol.dispose]() };
}

/** @throws ConclaveError NOT_FOUND, INPUT_MALFORMED, HOST_IO; USAGE there is nothing in them */
export function associatedDataOf(flags: { aad: string | undefined; "aad-file": string | undefined }): AssociatedData {
  const file = flags["aad-file"];
  if (flags.aad === undefined && file === undefined) return null;
  const bytes = file === undefined ? utf8(flags.aad ?? "") : readSmallFile(file, LIMITS.associatedDataBytes);
  if (bytes.length === 0) throw new ConclaveError("USAGE", "associated data without a byte are none");
  if (bytes.length > LIMITS.associatedDataBytes)
    throw new ConclaveError("USAGE", `associated data have ${LIMITS.associatedDataBytes} bytes at most`);
  return describeAssociatedData(flags.aad ?? basename(file ?? ""), bytes);
}

async function copyPipe(spool: Spool): Promise<void> {
  const into = new Uint8Array(PORTION);
  for (;;) {
    const count = await readPipe(into);
    if (count === 0) return;
    await spool.write([into.subarray(0, count)]);
  }
}

async function readPipe(into: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return (await readSoon(0, into, 0, into.length, null)).bytesRead;
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw inputError(cause);
      await setTimeout(PATIENCE);
    }
  }
}
