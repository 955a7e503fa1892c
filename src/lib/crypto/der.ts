import { concat, fromHex } from "../bytes.ts";
import { Secret } from "../secret.ts";

/** One value of DER (X.690), a view of the bytes that it was read from. */
export interface DerValue {
  /** The identifier octet: 0x02 INTEGER, 0x30 SEQUENCE, 0xa1 context-specific [1] constructed. */
  tag: number;
  content: Uint8Array;
  /** Of a constructed one. */
  members: readonly DerValue[];
}

export const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE] = [2, 3, 4, 6, 0x30] as const;

const CONSTRUCTED = 0x20;
const DEEPEST = 16;

/**
 * Read the one value that the bytes are, in the only spelling that DER has for it.
 *
 * OpenSSL reads BER, and leaves out what follows: what it made of such bytes would not be all that they say.
 *
 * @throws {SyntaxError} anything else: a length that is indefinite or longer than it must be, a number with leading
 *   bytes, tags above 30, nested deeper than 16, cut short, something behind
 */
export function readDer(bytes: Uint8Array): DerValue {
  const { value, end } = readValue(bytes, 0, 0);
  if (end < bytes.length) throw new SyntaxError(`${bytes.length - end} bytes too many`);
  return value;
}

/**
 * The DER of one value that holds a secret.
 * @returns the caller's to dispose of
 * @throws {RangeError} 65,536 bytes of content or more
 */
export function writeDer(tag: number, ...parts: readonly Uint8Array[]): Secret {
  return new Secret(derOf(tag, ...parts));
}

/** The DER of a number. @param value 1 to 2^31 − 1 */
export function derInteger(value: number): Uint8Array {
  const octets = fromHex(value.toString(16).padStart(8, "0"));
  const digits = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return derOf(INTEGER, (digits[0] ?? 0) < 0x80 ? digits : concat(Uint8Array.of(0), digits));
}

/** The DER of one value, which is a secret if its parts are. @throws {RangeError} 65,536 bytes of content or more */
export function derOf(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0xffff) throw new RangeError("too long for a key");
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...head), ...parts);
}

function readValue(bytes: Uint8Array, start: number, depth: number): { value: DerValue; end: number } {
  if (depth > DEEPEST) throw new SyntaxError("nested too deep");
  const tag = byteAt(bytes, start);
  if ((tag & 0x1f) === 0x1f) throw new SyntaxError("a tag that no key has");
  const { length, from } = readLength(bytes, start + 1);
  const end = from + length;
  if (end > bytes.length) throw new SyntaxError("cut short");
  const content = bytes.subarray(from, end);
  if (tag === INTEGER) assertShortest(content);
  const members = (tag & CONSTRUCTED) === 0 ? [] : readMembers(content, depth + 1);
  return { value: { tag, content, members }, end };
}

function readMembers(content: Uint8Array, depth: number): DerValue[] {
  const members: DerValue[] = [];
  for (let start = 0; start < content.length; ) {
    const { value, end } = readValue(content, start, depth);
    members.push(value);
    start = end;
  }
  return members;
}

function readLength(bytes: Uint8Array, start: number): { length: number; from: number } {
  const first = byteAt(bytes, start);
  if (first < 0x80) return { length: first, from: start + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new SyntaxError("a length that no key has");
  let length = 0;
  for (let i = 1; i <= count; i++) length = 256 * length + byteAt(bytes, start + i);
  if (length < 0x80 || length < 256 ** (count - 1))
    throw new SyntaxError("a length that isn't written the shortest way");
  return { length, from: start + 1 + count };
}

function assertShortest(integer: Uint8Array): void {
  const [first, second = 0] = integer;
  const needless = integer.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (first === undefined || needless) throw new SyntaxError("a number that isn't written the shortest way");
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new SyntaxError("cut short");
  return byte;
}
