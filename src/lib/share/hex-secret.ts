import { concat, utf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";

const DIGITS = utf8("0123456789abcdef");
const SECRET_LENGTH = 32;

/**
 * A line of ASCII: a keyword, a space, the secret's hexadecimal digits, a line feed. Nothing becomes a string.
 *
 * @param secret stays the caller's
 * @returns the caller's to dispose of
 * @throws {RangeError} a secret of another length than 32 bytes
 */
export function hexLine(keyword: string, secret: Secret): Secret {
  if (secret.length !== SECRET_LENGTH) throw new RangeError(`${keyword} has ${SECRET_LENGTH} bytes`);
  using digits = new Secret(new Uint8Array(2 * SECRET_LENGTH));
  for (const [i, byte] of secret.reveal().entries()) {
    digits.reveal().set([DIGITS[byte >> 4] ?? 0, DIGITS[byte & 15] ?? 0], 2 * i);
  }
  return new Secret(concat(utf8(`${keyword} `), digits.reveal(), utf8("\n")));
}

/**
 * The secret of a line as `hexLine` makes it, without its line feed.
 *
 * @returns 32 bytes, the caller's to dispose of; undefined if the line isn't the keyword and 64 lower-case digits
 */
export function readHexSecret(keyword: string, line: Uint8Array): Secret | undefined {
  const start = utf8(`${keyword} `);
  const digits = line.subarray(start.length);
  const rightKeyword = start.every((byte, i) => line[i] === byte);
  const rightDigits = digits.length === 2 * SECRET_LENGTH && digits.every((digit) => DIGITS.includes(digit));
  if (!rightKeyword || !rightDigits) return undefined;

  const nibble = (at: number) => DIGITS.indexOf(digits[at] ?? 0);
  return new Secret(Uint8Array.from({ length: SECRET_LENGTH }, (_, i) => (nibble(2 * i) << 4) | nibble(2 * i + 1)));
}
