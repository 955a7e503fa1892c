import { Secret } from "../secret.ts";

/** One block of PEM (RFC 7468). */
export interface PemBlock {
  /** `PRIVATE KEY`. */
  label: string;
  /** The caller's to dispose of; undefined where headers stand before it, as in encrypted PEM of old. */
  der: Secret | undefined;
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/;
const END = /^-----END ([A-Z0-9 ]{1,40})-----$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const [LF, EQUALS] = [10, 61] as const;

/**
 * The blocks of a PEM file. Text may stand before a block, as `openssl pkcs12` writes it; what a block encodes never
 * becomes a string.
 *
 * @throws {SyntaxError} no block, one that doesn't end, base64 that isn't; blocks that were read before are disposed of
 */
export function readPem(bytes: Uint8Array): PemBlock[] {
  const blocks: PemBlock[] = [];
  try {
    let open: { label: string; lines: Uint8Array[]; headers: boolean } | undefined;
    for (const line of linesOf(bytes)) {
      const text = line.length < 80 && line[0] === 0x2d ? new TextDecoder("latin1").decode(line) : "";
      const ends = END.exec(text)?.[1];
      if (open === undefined) {
        const label = BEGIN.exec(text)?.[1];
        if (label !== undefined) open = { label, lines: [], headers: false };
        else if (blocks.length > 0 && line.length > 0) throw new SyntaxError("text behind the end of a block");
      } else if (ends === open.label) {
        blocks.push({ label: open.label, der: open.headers ? undefined : decodeBase64(open.lines) });
        open = undefined;
      } else if (line.includes(0x3a)) open.headers = true;
      else open.lines.push(line);
    }
    if (open !== undefined) throw new SyntaxError(`-----END ${open.label}----- is missing`);
    if (blocks.length === 0) throw new SyntaxError("no -----BEGIN …----- line");
    return blocks;
  } catch (error) {
    for (const { der } of blocks) der?.[Symbol.dispose]();
    throw error;
  }
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start <= bytes.length; ) {
    const feed = bytes.indexOf(LF, start);
    const end = feed === -1 ? bytes.length : feed;
    yield trim(bytes.subarray(start, end));
    start = end + 1;
  }
}

function trim(line: Uint8Array): Uint8Array {
  let [start, end] = [0, line.length];
  while (start < end && isSpace(line[start])) start++;
  while (end > start && isSpace(line[end - 1])) end--;
  return line.subarray(start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function decodeBase64(lines: readonly Uint8Array[]): Secret {
  const characters = lines.reduce((sum, line) => sum + line.length, 0);
  if (characters % 4 !== 0) throw new SyntaxError("base64 that isn't whole");
  using bytes = new Secret(new Uint8Array((characters / 4) * 3));
  let [count, bits, padding] = [0, 0, 0];
  for (const line of lines) {
    for (const character of line) {
      if (character === EQUALS) padding++;
      const value = character === EQUALS ? 0 : ALPHABET.indexOf(String.fromCharCode(character));
      if (value === -1 || (padding > 0 && character !== EQUALS)) throw new SyntaxError("base64 that isn't");
      bits = (bits << 6) | value;
      if (++count % 4 === 0) {
        bytes.reveal().set([(bits >> 16) & 255, (bits >> 8) & 255, bits & 255], (count / 4 - 1) * 3);
        bits = 0;
      }
    }
  }
  if (padding > 2) throw new SyntaxError("base64 that isn't");
  const end = bytes.length - padding;
  if (
    bytes
      .reveal()
      .subarray(end)
      .some((byte) => byte !== 0)
  )
    throw new SyntaxError("base64 that isn't");
  return bytes.slice(0, end);
}
