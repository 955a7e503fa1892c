import type { KeyObject } from "node:crypto";
import { base64, concat, fromBase64, fromHex, hex, utf8 } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { publicKeyOf, sign, verify } from "../crypto/signature.ts";

/** Signature type of Ed25519 (C2SP signed-note). */
const ED25519 = 0x01;

/**
 * A text with Ed25519 signatures below it (C2SP signed-note).
 * @param text ends in a line feed and holds no other control character
 * @param name of the signer's key, without space or plus sign
 */
export function signNote(text: string, name: string, key: KeyObject): string {
  const id = keyId(name, publicKeyOf(key));
  const signature = base64(concat(id, fromHex(sign(key, utf8(text)))));
  return `${text}\n— ${name} ${signature}\n`;
}

/**
 * The text of a note that carries a good signature of this key under this name; other signatures are ignored.
 * @param publicKey Ed25519, 64 hex digits
 * @returns undefined if there is none, or the note is malformed
 */
export function openNote(note: string, name: string, publicKey: string): string | undefined {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, split + 1);
  const id = hex(keyId(name, publicKey));
  for (const line of note.slice(split + 2, -1).split("\n")) {
    const match = /^— (\S+) (\S+)$/.exec(line);
    if (match?.[1] !== name || match[2] === undefined) continue;
    const bytes = decode(match[2]);
    if (bytes === undefined || bytes.length !== 4 + 64 || hex(bytes.subarray(0, 4)) !== id) continue;
    return verify(publicKey, utf8(text), hex(bytes.subarray(4))) ? text : undefined;
  }
  return undefined;
}

/** SHA-256(name ‖ LF ‖ type ‖ public key)[:4]. */
function keyId(name: string, publicKey: string): Uint8Array {
  return sha256(utf8(`${name}\n`), Uint8Array.of(ED25519), fromHex(publicKey)).subarray(0, 4);
}

function decode(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}
