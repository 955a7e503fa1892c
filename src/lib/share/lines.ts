import { fromUtf8, utf8 } from "../bytes.ts";
import type { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Makes the error about a line of a document, counted from 1: what was wanted there. */
export type RefuseLine = (line: number, what: string) => ConclaveError;

/**
 * The lines of a secret text of printable ASCII, each ended by LF or CR LF, which the last may lack.
 *
 * @param text at most `LIMITS.shareFileBytes`
 * @param refuse makes what is thrown of a text that is empty or too long, an empty line, any other byte
 * @returns views of the text, at least one; none is empty
 */
export function linesOf(text: Uint8Array, refuse: RefuseLine): Uint8Array[] {
  if (text.length > LIMITS.shareFileBytes) {
    throw refuse(1, `the text has ${text.length} bytes, wanted at most ${LIMITS.shareFileBytes}`);
  }
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(LINE_FEED, start);
    const end = found === -1 ? text.length : found;
    const line = text.subarray(start, text[end - 1] === CARRIAGE_RETURN && end > start ? end - 1 : end);
    lines.push(line);
    if (line.length === 0) throw refuse(lines.length, "wanted a line that isn't empty");
    const foreign = line.findIndex((byte) => byte < 0x20 || byte > 0x7e);
    if (foreign !== -1) throw refuse(lines.length, `byte ${foreign + 1} isn't printable ASCII`);
    start = end + 1;
  }
  if (lines.length === 0) throw refuse(1, "the text is empty");
  return lines;
}

/**
 * The value of a line `keyword value`, as a string: not for what can be kept in bytes.
 * @returns undefined if the line doesn't start with the keyword and a space
 */
export function valueOfLine(keyword: string, line: Uint8Array): string | undefined {
  const start = utf8(`${keyword} `);
  if (!start.every((byte, i) => line[i] === byte)) return undefined;
  return fromUtf8(line.subarray(start.length));
}
