/**
 * Bech32m (BIP-350) on bytes: a share record is a secret, so that it must not become a string.
 */
import { utf8 } from "../bytes.ts";

const ALPHABET = utf8("qpzry9x8gf2tvdw0s3jn54khce6mua7l");
const SEPARATOR = 0x31;
const CHECKSUM_LENGTH = 6;
const CHECKSUM_CONSTANT = 0x2bc830a3;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** What a character of the data part stands for, 0 to 31, or -1. */
export function wordOf(character: number): number {
  return ALPHABET.indexOf(character);
}

/**
 * The bech32m text of `payload` as lower-case ASCII.
 *
 * @param prefix lower-case letters
 * @returns a secret if `payload` is one
 */
export function encodeBech32m(prefix: string, payload: Uint8Array): Uint8Array {
  const words = new Uint8Array(Math.ceil((payload.length * 8) / 5) + CHECKSUM_LENGTH);
  regroup(payload, 8, words.subarray(0, -CHECKSUM_LENGTH), 5);
  const checksum = remainder(prefix, words) ^ CHECKSUM_CONSTANT;
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    words[words.length - CHECKSUM_LENGTH + i] = (checksum >> (5 * (CHECKSUM_LENGTH - 1 - i))) & 31;
  }
  const text = new Uint8Array(prefix.length + 1 + words.length);
  text.set(utf8(prefix));
  text[prefix.length] = SEPARATOR;
  for (const [i, word] of words.entries()) text[prefix.length + 1 + i] = ALPHABET[word] ?? 0;
  words.fill(0);
  return text;
}

/** Whether the checksum at the end of `words`, the data part, is that of `prefix` and the words before it. */
export function checksumHolds(prefix: string, words: Uint8Array): boolean {
  return remainder(prefix, words) === CHECKSUM_CONSTANT;
}

/**
 * The payload of a data part, whose checksum must hold.
 * @returns undefined if the bits that fill up the last word are not 0, or are a whole word
 */
export function payloadOf(words: Uint8Array): Uint8Array | undefined {
  const data = words.subarray(0, -CHECKSUM_LENGTH);
  const payload = new Uint8Array(Math.floor((data.length * 5) / 8));
  const spareBits = (data.length * 5) % 8;
  return regroup(data, 5, payload, 8) === 0 && spareBits < 5 ? payload : undefined;
}

/**
 * The only place, from 0, where one other character would make the checksum hold; undefined if there is none.
 * One wrong character is always found; where more than three are wrong, it may be another.
 */
export function mistypedAt(prefix: string, words: Uint8Array): number | undefined {
  const error = remainder(prefix, words) ^ CHECKSUM_CONSTANT;
  for (let change = 1; change < 32; change++) {
    let effect = change; // on the remainder, of such a change of the last word
    for (let i = words.length - 1; i >= 0; i--) {
      if (effect === error) return i;
      effect = step(effect, 0); // of such a change of the word before
    }
  }
  return undefined;
}

/** The words of prefix and data part as a polynomial over GF(32), modulo the generator of the code. */
function remainder(prefix: string, words: Uint8Array): number {
  const letters = utf8(prefix);
  let sum = 1;
  for (const word of [...letters.map((letter) => letter >> 5), 0, ...letters.map((letter) => letter & 31)]) {
    sum = step(sum, word);
  }
  for (const word of words) sum = step(sum, word);
  return sum;
}

function step(sum: number, word: number): number {
  let next = ((sum & 0x1ffffff) << 5) ^ word;
  for (const [i, term] of GENERATOR.entries()) {
    if ((sum >> (25 + i)) & 1) next ^= term;
  }
  return next;
}

/** Write the bits of `from` into `to`, filled up with 0 if there is room; returns the bits for which there was none. */
function regroup(from: Uint8Array, fromBits: number, to: Uint8Array, toBits: number): number {
  let bits = 0;
  let held = 0;
  let next = 0;
  for (const value of from) {
    bits = ((bits << fromBits) | value) & 0xfff;
    held += fromBits;
    while (held >= toBits) {
      held -= toBits;
      to[next++] = (bits >> held) & ((1 << toBits) - 1);
    }
  }
  if (next < to.length) {
    to[next] = (bits << (toBits - held)) & ((1 << toBits) - 1);
    return 0;
  }
  return bits & ((1 << held) - 1);
}
