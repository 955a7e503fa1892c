import { concat, utf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";

const ALPHABET = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = "=".charCodeAt(0);
const LINE_FEED = 10;
/** Characters of a line of base64 (RFC 7468 section 2). */
const LINE_LENGTH = 64;

/**
 * A secret DER document as PEM (RFC 7468), made without a string, which could not be zeroed.
 *
 * @param label `PRIVATE KEY`
 * @param der stays the caller's
 * @returns with a line feed at the end; the caller's to dispose of
 */
export function writeSecretPem(label: string, der: Secret): Secret {
  return new Secret(writePem(label, der.reveal()));
}

/** A DER document as PEM, which is a secret if the document is. */
export function writePem(label: string, der: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < der.length; at += (LINE_LENGTH / 4) * 3)
    lines.push(base64Line(der.subarray(at, at + (LINE_LENGTH / 4) * 3)));
  const text = concat(utf8(`-----BEGIN ${label}-----\n`), ...lines, utf8(`-----END ${label}-----\n`));
  for (const line of lines) line.fill(0);
  return text;
}

/** Base64 (RFC 4648 section 4) of at most 48 bytes, and a line feed. */
function base64Line(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(Math.ceil(bytes.length / 3) * 4 + 1);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    for (const [i, digit] of [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].entries())
      line[length++] = i > bytes.length - at ? PADDING : (ALPHABET[digit] ?? 0);
  }
  line[length] = LINE_FEED;
  return line;
}
