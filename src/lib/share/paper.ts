/**
 * A share that lies open: what was copied from paper into a file, or a card as Conclave prints it. What is found in it
 * is given as the text that a sealed share file holds.
 */
import { concat, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { decodeRecord, encodeRecord, looksLikeRecord, RECORD_CHARACTERS, type ShareRecord } from "./record.ts";
import { decodeWords, looksLikeWords } from "./record-words.ts";

/** How a share can lie open: the text of a share file, a record, or the record's words. */
export type PaperForm = "document" | "record" | "words";

/** What was found in an open text. */
export interface Paper {
  form: PaperForm;
  /** As a sealed share file would hold it; the caller's to dispose of. */
  text: Secret;
}

const LINE_FEED = 0x0a;
const DASH = 0x2d;
const MARKUP = 0x3c; // <
const PREFIXES = ["cvs", "cvr"];

/**
 * Find a share in a text that is not sealed.
 *
 * A record begins a line and goes on, in any grouping, until it is complete, a line is empty or one begins with `<`. A
 * text without one is read as words, if most of it is words of the list.
 *
 * @param content stays the caller's
 * @returns undefined if there is neither a record nor words
 * @throws {ConclaveError} SHARE_MALFORMED, SHARE_DAMAGED: there is one, and where it is wrong
 */
export function findPaper(content: Uint8Array): Paper | undefined {
  const lines = linesOf(content);
  if (isDocument(lines)) return { form: "document", text: new Secret(Uint8Array.from(content)) };

  const starts = [...lines.keys()].filter((at) => beginsRecord(lines[at]));
  const [start] = starts;
  if (start === undefined) {
    return looksLikeWords(content) ? { form: "words", text: textOf(decodeWords(content)) } : undefined;
  }
  const [, second] = starts;
  if (second !== undefined) {
    throw new ConclaveError("SHARE_MALFORMED", `records on line ${start + 1} and on line ${second + 1}, wanted one`, {
      suggestions: ["Keep each share in a file of its own"],
    });
  }
  return { form: "record", text: recordFrom(lines, start) };
}

/** The text of a share file, as somebody opened it with another program. */
function isDocument(lines: readonly Uint8Array[]): boolean {
  const recordAt = lines.slice(0, 2).findIndex(looksLikeRecord);
  return recordAt !== -1 && startsWith(lines[recordAt + 1], "vault ");
}

function recordFrom(lines: readonly Uint8Array[], start: number): Secret {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const line of lines.slice(start)) {
    if (line.length === 0 || line[0] === MARKUP || length >= RECORD_CHARACTERS) break;
    parts.push(line);
    length += line.filter((byte) => byte > 0x20 && byte !== DASH).length;
  }
  using characters = new Secret(concat(...parts).map((byte) => (byte === 0x09 ? 0x20 : byte)));
  try {
    return textOf(decodeRecord(characters.reveal()));
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    const { code, suggestions } = cause;
    throw new ConclaveError(code, `record from line ${start + 1} on: ${cause.message}`, { suggestions, cause });
  }
}

/** @param record is disposed of */
function textOf(record: ShareRecord): Secret {
  using _ = record.share;
  using text = encodeRecord(record);
  return new Secret(concat(text.reveal(), Uint8Array.of(LINE_FEED)));
}

/** Views of the lines, without what is blank at their ends. */
function linesOf(content: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < content.length; ) {
    const found = content.indexOf(LINE_FEED, start);
    const next = found === -1 ? content.length : found;
    let end = next;
    while (start < end && (content[start] ?? 0) <= 0x20) start++;
    while (start < end && (content[end - 1] ?? 0) <= 0x20) end--;
    lines.push(content.subarray(start, end));
    start = next + 1;
  }
  return lines;
}

/** The separator isn't asked for: in its place stands what was mistyped for it, `l` or `I`. */
function beginsRecord(line: Uint8Array | undefined): boolean {
  return PREFIXES.some((prefix) => startsWith(line, prefix));
}

function startsWith(line: Uint8Array | undefined, text: string): boolean {
  return line !== undefined && utf8(text).every((byte, i) => byte === lower(line[i]));
}

function lower(byte: number | undefined): number | undefined {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
