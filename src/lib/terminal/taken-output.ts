import { resolve } from "node:path";
import { ConclaveError } from "../errors.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";
import { writeResult } from "./output.ts";

/** Where bytes go that an act makes: a new file, or standard output. */
export type Destination = { file: string } | { file: undefined };

/**
 * Check where bytes are to go, before anybody is asked.
 *
 * @param out a path; "-" or undefined is standard output
 * @param text whether they are lines of ASCII
 * @throws ConclaveError EXISTS, NOT_FOUND, HOST_IO; USAGE raw bytes to a terminal
 */
export function destination(out: string | undefined, text: boolean): Destination {
  if (out !== undefined && out !== "-") {
    const file = resolve(out);
    assertCreatable(file);
    return { file };
  }
  if (!text && process.stdout.isTTY === true)
    throw new ConclaveError("USAGE", "raw bytes don't go to a terminal", { suggestions: ["Give --out FILE"] });
  return { file: undefined };
}

/** Write bytes where they are to go; with `--json` what would go to standard output stands in its document instead. */
export function take(bytes: Uint8Array, { file }: Destination, json: boolean): void {
  if (file !== undefined) createFileDurably(file, bytes);
  else if (!json) writeResult(bytes);
}
