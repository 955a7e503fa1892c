const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The text of UTF-8 `bytes`; a byte order mark is kept as a character.
 * @throws {TypeError} not UTF-8
 */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Lower-case hexadecimal digits. Not for secrets: the text can't be zeroed. */
export function hex(bytes: Uint8Array): string {
  return view(bytes).toString("hex");
}

/**
 * The bytes of lower-case hexadecimal digits.
 * @throws {SyntaxError} an odd count, or another character
 */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new SyntaxError("not lower-case hexadecimal");
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** Standard base64 with padding (RFC 4648 section 4). Not for secrets: the text can't be zeroed. */
export function base64(bytes: Uint8Array): string {
  return view(bytes).toString("base64");
}

/**
 * The bytes of standard base64 with padding, one spelling only.
 * @throws {SyntaxError} anything that encoding the result would not give back
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (base64(bytes) !== text) throw new SyntaxError("not canonical base64");
  return bytes;
}

/** A fresh array of all `parts`, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Give the memory of bytes back at once, where so many are made one after the other that garbage collection would come
 * late. They are gone for everybody; nothing happens if they are a part of more.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
