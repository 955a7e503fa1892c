import { basename } from "node:path";
import * as Flags from "@oclif/core/flags";
import { fromHex } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { readStandardInput } from "./standard-input.ts";

/** What standard input is called in a plan. */
export const STDIN_NAME = "standard input";

export const messageFlag = {
  in: Flags.string({
    char: "i",
    summary: "file with the message; - is standard input",
    helpValue: "FILE",
    required: true,
  }),
};

export const digestFlag = {
  digest: Flags.boolean({
    default: false,
    summary: "the input is the message's digest: its bytes, or a line of hexadecimal digits as sha256sum writes",
  }),
};

/** Bytes of SHA-256, SHA-384, SHA-512. */
const DIGEST_BYTES = [32, 48, 64];

/**
 * A digest: a line that begins with hexadecimal digits, or its bytes themselves.
 * @throws ConclaveError INPUT_MALFORMED it is none
 */
export function readDigest(bytes: Uint8Array): Uint8Array {
  const digits = /^([0-9a-f]{2,})(?:\s.*)?$/is.exec(Buffer.from(bytes).toString("latin1"))?.[1] ?? "";
  if (DIGEST_BYTES.includes(digits.length / 2)) return fromHex(digits.toLowerCase());
  if (DIGEST_BYTES.includes(bytes.length)) return bytes;
  throw new ConclaveError(
    "INPUT_MALFORMED",
    `--digest: ${bytes.length} bytes that are no digest, wanted ${DIGEST_BYTES.join(", ")} or a line that begins with their hexadecimal digits`,
    { suggestions: ["Pipe it: sha256sum FILE | conclave key sign KEY --digest --in -"] },
  );
}

/** A message as it was given: from a file, or through a pipe. */
export interface GivenMessage {
  name: string;
  bytes: Uint8Array;
  /** Files that the act may read it from again. */
  inputs: readonly string[];
  /** It itself, if nothing can be read again. */
  piped: Uint8Array | undefined;
}

/** @throws ConclaveError NOT_FOUND, HOST_IO; INPUT_MALFORMED it is too long; USAGE a terminal is no message */
export function readMessage(path: string): GivenMessage {
  if (path !== "-") {
    return { name: basename(path), bytes: readSmallFile(path, LIMITS.messageBytes), inputs: [path], piped: undefined };
  }
  assertPiped();
  const bytes = readPipe();
  return { name: STDIN_NAME, bytes, inputs: [], piped: bytes };
}

/** @throws ConclaveError USAGE: standard input is a terminal */
export function assertPiped(): void {
  if (process.stdin.isTTY !== true) return;
  throw new ConclaveError("USAGE", "--in -: standard input is a terminal", {
    suggestions: ["Give it through a pipe, or as a file: --in FILE"],
  });
}

function readPipe(): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const part = new Uint8Array(64 * 1024);
    const count = readStandardInput(part, 0);
    if (count === 0) return Uint8Array.from(Buffer.concat(parts));
    length += count;
    if (length > LIMITS.messageBytes)
      throw new ConclaveError("INPUT_MALFORMED", `${STDIN_NAME}: more than ${LIMITS.messageBytes} bytes`);
    parts.push(part.subarray(0, count));
  }
}
