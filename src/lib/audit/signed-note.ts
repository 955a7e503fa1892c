import type { KeyObject } from "node:crypto";
import { base64, concat, fromBase64, fromHex, hex, utf8 } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { publicKeyOf, sign, verify } from "../crypto/signature.ts";

/** Signature type of Ed25519 (C2SP signed-note). */
const ED25519 = 0x01;

/** One signature below a note, as it stands there: whose it says to be, and what is to be verified. */
export interface NoteSignature {
  name: string;
  /** What tells keys of one name apart, 8 hexadecimal digits. */
  id: string;
  /** 128 hexadecimal digits. */
  signature: string;
}

/**
 * A text with Ed25519 signatures below it (C2SP signed-note).
 * @param text ends in a line feed and holds no other control character
 * @param name of the signer's key, without space or plus sign
 */
export function signNote(text: string, name: string, key: KeyObject): string {
  return `${text}\n${signatureLine(text, name, key)}`;
}

/** A further signature of a note's text: a line to be put below the others. @param text and `name` as of `signNote` */
export function signatureLine(text: string, name: string, key: KeyObject): string {
  const id = hex(keyId(name, publicKeyOf(key)));
  return writeSignature({ name, id, signature: sign(key, utf8(text)) });
}

/** The line of a signature that `readNote` read. */
export function writeSignature({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${base64(concat(fromHex(id), fromHex(signature)))}\n`;
}

/**
 * The text of a note that carries a good signature of this key under this name; other signatures are ignored.
 * @param publicKey Ed25519, 64 hex digits
 * @returns undefined if there is none, or the note is malformed
 */
export function openNote(note: string, name: string, publicKey: string): string | undefined {
  const split = splitNote(note);
  const own = split?.lines.map(readSignature).find((signature) => isOf(signature, name, publicKey));
  return split !== undefined && own !== undefined && isSignedBy(split.text, own, publicKey) ? split.text : undefined;
}

/**
 * The text of a note, and each of its signatures, unverified.
 * @returns undefined if it is no note, or has a line below its text that is no Ed25519 signature
 */
export function readNote(note: string): { text: string; signatures: NoteSignature[] } | undefined {
  const split = splitNote(note);
  const signatures = split?.lines.flatMap((line) => readSignature(line) ?? []);
  return split && signatures?.length === split.lines.length ? { text: split.text, signatures } : undefined;
}

/** Whether a signature says to be of this key, under its name, and is a good one of the text. */
export function isSignedBy(text: string, signature: NoteSignature, publicKey: string): boolean {
  return isOf(signature, signature.name, publicKey) && verify(publicKey, utf8(text), signature.signature);
}

function isOf(signature: NoteSignature | undefined, name: string, publicKey: string): boolean {
  return signature?.name === name && signature.id === hex(keyId(name, publicKey));
}

function splitNote(note: string): { text: string; lines: string[] } | undefined {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) return undefined;
  return { text: note.slice(0, split + 1), lines: note.slice(split + 2, -1).split("\n") };
}

function readSignature(line: string): NoteSignature | undefined {
  const match = /^— (\S+) (\S+)$/.exec(line);
  const bytes = match?.[2] === undefined ? undefined : decode(match[2]);
  if (match?.[1] === undefined || bytes?.length !== 4 + 64) return undefined;
  return { name: match[1], id: hex(bytes.subarray(0, 4)), signature: hex(bytes.subarray(4)) };
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
