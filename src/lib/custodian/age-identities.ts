import { fromUtf8, utf8 } from "../bytes.ts";
import { identityKind } from "../crypto/age-recipient.ts";
import { ConclaveError } from "../errors.ts";

const LINE_FEED = 0x0a;
const PLUGIN_PREFIX = "AGE-PLUGIN-";

/**
 * The identities of a plain age identity file, as `age-keygen` writes it: one a line, comments with `#`.
 *
 * @param bytes stay the caller's; the identities become strings, since the age library takes no other
 * @returns at least one, each `AGE-SECRET-KEY-…`
 * @throws {ConclaveError} IDENTITY_MALFORMED with the line; SHARE_IDENTITY it holds keys of plugins only
 */
export function readAgeIdentities(bytes: Uint8Array): string[] {
  const identities: string[] = [];
  let plugins = 0;
  for (const [i, line] of linesOf(bytes).entries()) {
    if (startsWith(line, "#") || line.every((byte) => byte <= 0x20)) continue;
    if (startsWith(line, PLUGIN_PREFIX)) plugins++;
    else identities.push(identityOf(line, i + 1));
  }
  if (identities.length > 0) return identities;
  if (plugins === 0) throw malformed("neither an identity file of Conclave nor of age");
  throw new ConclaveError("SHARE_IDENTITY", "holds keys of plugins only, which only the age program opens", {
    suggestions: ["Seal the share anew for the occasion: age -d -i IDENTITY FILE | age -p -a -o NEW"],
  });
}

function identityOf(line: Uint8Array, number: number): string {
  const printable = line.every((byte) => byte > 0x20 && byte < 0x7f);
  const text = printable ? fromUtf8(line) : "";
  if (identityKind(text) === undefined) throw malformed(`line ${number}: wanted AGE-SECRET-KEY-…, or a comment with #`);
  return text;
}

/** Views of the lines, without LF or CR LF. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    lines.push(bytes.subarray(start, bytes[end - 1] === 0x0d && end > start ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

function startsWith(line: Uint8Array, text: string): boolean {
  return utf8(text).every((byte, i) => line[i] === byte);
}

function malformed(what: string): ConclaveError {
  return new ConclaveError("IDENTITY_MALFORMED", what, {
    suggestions: ["Give an identity file as conclave custodian enroll, or age-keygen, writes it"],
  });
}
