import { escapeForJson } from "./escape.ts";
import { writeResult } from "./output.ts";

/**
 * Write the one JSON document that `--json` promises to standard output, indented. Characters that could repaint a
 * screen are written as JSON's own escapes, so that the document means the same and is safe to look at.
 *
 * @param value a plain value of JSON; `undefined` is written as null
 * @throws {ConclaveError} HOST_IO: not all of it could be written
 */
export function writeJson(value: unknown): void {
  const text = JSON.stringify(value ?? null, null, 2);
  writeResult(`${text.split("\n").map(escapeForJson).join("\n")}\n`);
}
