/**
 * A share record as 36 words of the BIP-39 English list: for paper, for reading aloud, for a keyboard. Words are a
 * secret as the record is, and are handled as bytes.
 */
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { concat, utf8 } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { Secret } from "../secret.ts";
import { RECORD_LENGTH, readPayload, type ShareRecord, writePayload } from "./record.ts";

/** Words of a record. */
export const RECORD_WORDS = 36;

const WORD_BITS = 11;
const CHECKSUM_MASK = 0xfff; // 12 bits
/** By so many letters each word of the list is told from all others. */
const TELLING_LETTERS = 4;
const LONGEST_WORD = 8;
const SPACE = 0x20;

/**
 * The words of a record, in lower-case ASCII, parted by single spaces.
 *
 * @param record stays the caller's
 * @returns the caller's to dispose of
 * @throws {RangeError} a field outside its range
 */
export function encodeWords(record: ShareRecord): Secret {
  using payload = writePayload(record);
  const indices = indicesOf(payload.reveal(), checksumOf(payload.reveal(), record.rehearsal));
  const words = Array.from(indices, (index) => utf8(wordlist[index] ?? ""));
  indices.fill(0);
  const text = concat(...words.flatMap((word, i) => (i === 0 ? [word] : [Uint8Array.of(SPACE), word])));
  for (const word of words) word.fill(0);
  return new Secret(text);
}

/**
 * Read a record's words, as written, printed or typed: in lower or upper case, parted by spaces or lines, each whole or
 * its first four letters, with or without its number before it.
 *
 * @param text stays the caller's, and is nowhere kept
 * @returns its share is the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED which word isn't in the list, how many there are; SHARE_DAMAGED the checksum
 *   does not match
 */
export function decodeWords(text: Uint8Array): ShareRecord {
  const indices = new Uint16Array(RECORD_WORDS);
  try {
    readIndices(text, indices);
    return recordOf(indices);
  } finally {
    indices.fill(0);
  }
}

/** What is wrong with a word; undefined if it is in the list. @param number from 1 */
export function problemOfWord(word: Uint8Array, number: number): string | undefined {
  if (indexOf(word) !== -1) return undefined;
  const meant = word.length <= 2 * LONGEST_WORD ? nearest(letters(word), wordlist) : [];
  const hint = meant.length === 0 ? "" : `; the nearest are ${meant.join(", ")}`;
  return `word ${number} is not in the list${hint}`;
}

/** Whether a text is made of words of the list for the greater part, so that it was meant to be a record's words. */
export function looksLikeWords(text: Uint8Array): boolean {
  const words = tokensOf(text).flatMap((token) => withoutNumber(token).word ?? []);
  const known = words.filter((word) => indexOf(word) !== -1).length;
  return known >= 3 && 2 * known > words.length;
}

/** The parts of a text between spaces and line ends; views of it. */
export function tokensOf(text: Uint8Array): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (end < text.length && (text[end] ?? 0) > SPACE) end++;
    if (end > start) tokens.push(text.subarray(start, end));
    start = end + 1;
  }
  return tokens;
}

/** A word without the number, `12` or `12.`, and without a comma or full stop; views of `token`. */
function withoutNumber(token: Uint8Array): { number: number | undefined; word: Uint8Array | undefined } {
  let start = 0;
  while (isDigit(token[start])) start++;
  const number = start === 0 ? undefined : Number(fromLatin1(token.subarray(0, Math.min(start, 4))));
  if (start > 0 && isOneOf(token[start], ".):")) start++;
  const end = isOneOf(token.at(-1), ".,;") ? token.length - 1 : token.length;
  return { number, word: end > start ? token.subarray(start, end) : undefined };
}

function readIndices(text: Uint8Array, indices: Uint16Array): void {
  let count = 0;
  for (const token of tokensOf(text)) {
    const { number, word } = withoutNumber(token);
    if (number !== undefined && number !== count + 1) {
      throw malformed(`number ${number} where word ${count + 1} was wanted: a word is missing or twice there`);
    }
    if (word === undefined) continue;
    count++;
    const problem = problemOfWord(word, count);
    if (problem !== undefined) throw malformed(problem);
    if (count <= RECORD_WORDS) indices[count - 1] = indexOf(word);
  }
  if (count !== RECORD_WORDS) throw malformed(`${count} words, a record has ${RECORD_WORDS}`);
}

function recordOf(indices: Uint16Array): ShareRecord {
  using payload = new Secret(new Uint8Array(RECORD_LENGTH));
  const checksum = regroup(indices, payload.reveal());
  const rehearsal = checksum === checksumOf(payload.reveal(), true);
  if (!rehearsal && checksum !== checksumOf(payload.reveal(), false)) {
    throw new ConclaveError(
      "SHARE_DAMAGED",
      "a wrong word, or two in each other's place: the checksum does not match",
      {
        suggestions: ["Compare the words with what is written, one by one, in their order"],
      },
    );
  }
  return readPayload(rehearsal, payload);
}

/**
 * First 12 bits of SHA-256 of the payload; in a rehearsal each of them inverted, so that words of the one are never
 * words of the other.
 */
function checksumOf(payload: Uint8Array, rehearsal: boolean): number {
  const [first = 0, second = 0] = sha256(payload);
  const checksum = (first << 4) | (second >> 4);
  return rehearsal ? checksum ^ CHECKSUM_MASK : checksum;
}

/** The numbers of the words, from 384 bits and 12 bits more. */
function indicesOf(payload: Uint8Array, checksum: number): Uint16Array {
  const indices = new Uint16Array(RECORD_WORDS);
  let held = 0;
  let bits = 0;
  let next = 0;
  const take = (value: number, width: number) => {
    held = ((held << width) | value) & 0x7fffff;
    bits += width;
    for (; bits >= WORD_BITS; bits -= WORD_BITS) indices[next++] = (held >> (bits - WORD_BITS)) & 0x7ff;
  };
  for (const byte of payload) take(byte, 8);
  take(checksum, 12);
  return indices;
}

/** The payload of the words' numbers, written into `payload`. @returns the 12 bits after it */
function regroup(indices: Uint16Array, payload: Uint8Array): number {
  let held = 0;
  let bits = 0;
  let next = 0;
  for (const index of indices) {
    held = ((held << WORD_BITS) | index) & 0x7fffff;
    bits += WORD_BITS;
    for (; bits >= 8 && next < payload.length; bits -= 8) payload[next++] = (held >> (bits - 8)) & 0xff;
  }
  return held & CHECKSUM_MASK;
}

/** Place in the list, which is sorted, of a word or of the first four letters of one, in any case; -1 if there is none. */
function indexOf(word: Uint8Array): number {
  let low = 0;
  let high = wordlist.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(wordlist[middle] ?? "", word) < 0) low = middle + 1;
    else high = middle;
  }
  const first = wordlist[low] ?? ""; // of those that don't come before the word
  const begins = word.length <= first.length && compare(first.slice(0, word.length), word) === 0;
  return begins && (word.length === first.length || word.length === TELLING_LETTERS) ? low : -1;
}

/** Below 0 if `known` comes before `word`, 0 if they are the same, above 0 if it comes after. */
function compare(known: string, word: Uint8Array): number {
  for (const [i, byte] of word.entries()) {
    const difference = i < known.length ? known.charCodeAt(i) - lower(byte) : -1;
    if (difference !== 0) return difference;
  }
  return known.length - word.length;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isOneOf(byte: number | undefined, characters: string): boolean {
  return byte !== undefined && characters.includes(String.fromCharCode(byte));
}

/** Of a word that isn't in the list, and so is no word of a record. */
function letters(word: Uint8Array): string {
  return fromLatin1(word).toLowerCase();
}

function fromLatin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function malformed(message: string): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", message, {
    suggestions: [`Enter the ${RECORD_WORDS} words as they are written, or the first four letters of each`],
  });
}
