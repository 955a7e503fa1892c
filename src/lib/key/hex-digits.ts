import { Secret } from "../secret.ts";

/**
 * The bytes of hexadecimal digits, with whatever white space between them; they never become a string.
 * @returns the caller's to dispose of. @throws {SyntaxError} another character, an odd count, none
 */
export function readHexDigits(text: Uint8Array): Secret {
  using digits = new Secret(Uint8Array.from(text.filter((byte) => byte > 0x20)));
  if (digits.length === 0) throw new SyntaxError("no hexadecimal digits");
  if (digits.length % 2 === 1)
    throw new SyntaxError(`${digits.length} hexadecimal digits: one is missing, or too many`);
  const bytes = new Secret(new Uint8Array(digits.length / 2));
  for (const [i, digit] of digits.reveal().entries()) {
    const value = valueOf(digit);
    if (value === undefined) {
      bytes[Symbol.dispose]();
      throw new SyntaxError(`character ${i + 1} is no hexadecimal digit`);
    }
    bytes.reveal()[i >> 1] = ((bytes.reveal()[i >> 1] ?? 0) << 4) | value;
  }
  return bytes;
}

function valueOf(digit: number): number | undefined {
  if (digit >= 0x30 && digit <= 0x39) return digit - 0x30;
  const letter = digit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
