import { concat, fromHex, hex } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { checksumHolds, encodeBech32m, mistypedAt, payloadOf, wordOf } from "./bech32m.ts";
import { SHARE_LENGTH, Share } from "./share.ts";

/** Characters of a record's text. */
export const RECORD_CHARACTERS = 87;
/** Bytes of a record before its text. */
export const RECORD_LENGTH = 48;

const VERSION = 1;
const PREFIXES = { production: "cvs", rehearsal: "cvr" } as const;
const PREFIX_CHARACTERS = 4; // with the separator, 1
const HEADER_LENGTH = RECORD_LENGTH - SHARE_LENGTH;

/** A share with what tells where it belongs: what a custodian keeps. */
export interface ShareRecord {
  /** Of a rehearsal: no production vault takes it. */
  rehearsal: boolean;
  /** First 8 bytes of the vault id, 16 hexadecimal digits. */
  vaultPrefix: string;
  /** First 2 bytes of the quorum id, 4 hexadecimal digits. */
  quorumTag: string;
  /** 0 to 65535. */
  generation: number;
  /** Shares that rebuild the secret, 2 to `total`. */
  threshold: number;
  /** Shares made, to 255. */
  total: number;
  share: Share;
}

/** What a record says of its vault's id: the first 8 bytes, 16 hexadecimal digits. */
export function vaultPrefix(vaultId: string): string {
  return vaultId.replaceAll("-", "").slice(0, 16);
}

/** What a record says of its quorum's id: the first 2 bytes, 4 hexadecimal digits. */
export function quorumTag(quorumId: string): string {
  return quorumId.replaceAll("-", "").slice(0, 4);
}

/**
 * The text of a record: 87 characters of lower-case ASCII.
 *
 * @param record stays the caller's
 * @returns the caller's to dispose of
 * @throws {RangeError} a field outside its range
 */
export function encodeRecord(record: ShareRecord): Secret {
  using payload = writePayload(record);
  return new Secret(encodeBech32m(record.rehearsal ? PREFIXES.rehearsal : PREFIXES.production, payload.reveal()));
}

/**
 * The 48 bytes of a record, which don't say whether it is of a rehearsal.
 *
 * @param record stays the caller's
 * @returns the caller's to dispose of
 * @throws {RangeError} a field outside its range
 */
export function writePayload(record: ShareRecord): Secret {
  const { generation, threshold, total, share } = record;
  const numbers = Uint8Array.of(generation >> 8, generation & 0xff, threshold, total);
  const header = concat(Uint8Array.of(VERSION), fromHex(record.vaultPrefix + record.quorumTag), numbers);
  const sound = header.length === HEADER_LENGTH && Number.isInteger(generation) && generation >= 0;
  if (!sound || generation > 0xffff || !isSharing(threshold, total)) {
    throw new RangeError("a field of the share record is outside its range");
  }
  return new Secret(concat(header, share.bytes.reveal()));
}

/**
 * Read a record's text, as written, printed or typed: in lower or upper case, spaces and dashes ignored.
 *
 * @param text ASCII; stays the caller's, and is nowhere kept
 * @returns its share is the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED not a record; SHARE_DAMAGED its checksum does not match
 */
export function decodeRecord(text: Uint8Array): ShareRecord {
  using characters = new Secret(text.filter((byte) => byte !== 0x20 && byte !== 0x2d));
  const prefix = prefixOf(characters.reveal());
  using words = new Secret(new Uint8Array(Math.max(0, characters.length - PREFIX_CHARACTERS)));
  readWords(characters.reveal(), words.reveal());
  if (!checksumHolds(prefix, words.reveal())) throw typo(mistypedAt(prefix, words.reveal()));

  const bytes = payloadOf(words.reveal());
  if (bytes === undefined) throw malformed("the record does not end with 0 bits");
  using payload = new Secret(bytes);
  return readPayload(prefix === PREFIXES.rehearsal, payload);
}

/** Whether a line of a document begins as a record does. */
export function looksLikeRecord(line: Uint8Array): boolean {
  const start = new TextDecoder("latin1").decode(line.subarray(0, PREFIX_CHARACTERS)).toLowerCase();
  return Object.values(PREFIXES).some((prefix) => start === `${prefix}1`);
}

/** What is wrong with a character of a record, lower case, at `index` from 0; undefined if it may stand there. */
export function problemOfCharacter(index: number, character: number): string | undefined {
  const inPrefix = Object.values(PREFIXES).some((prefix) => `${prefix}1`.charCodeAt(index) === character);
  if (index < PREFIX_CHARACTERS ? inPrefix : wordOf(character) !== -1) return undefined;
  if (index < PREFIX_CHARACTERS) return "a share record starts with cvs1 (cvr1 for rehearsals)";
  return `${position(index)} is ${shown(character)}, which a record never has`;
}

/**
 * Read the 48 bytes of a record.
 *
 * @param payload stays the caller's
 * @returns its share is the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED another version, threshold or point than there can be
 */
export function readPayload(rehearsal: boolean, payload: Secret): ShareRecord {
  const bytes = payload.reveal();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== VERSION) throw malformed(`the record is of version ${version}, this program reads ${VERSION}`);
  const [threshold, total] = [view.getUint8(13), view.getUint8(14)];
  if (!isSharing(threshold, total)) throw malformed(`the record says that ${threshold} of ${total} shares are needed`);
  if (view.getUint8(RECORD_LENGTH - 1) === 0) throw malformed("the record holds the point x = 0, which is no share");

  return {
    rehearsal,
    vaultPrefix: hex(bytes.subarray(1, 9)),
    quorumTag: hex(bytes.subarray(9, 11)),
    generation: view.getUint16(11),
    threshold,
    total,
    share: new Share(payload.slice(HEADER_LENGTH)),
  };
}

function prefixOf(characters: Uint8Array): string {
  const first = new TextDecoder("latin1").decode(characters.subarray(0, PREFIX_CHARACTERS)).toLowerCase();
  const prefix = Object.values(PREFIXES).find((known) => first === `${known}1`);
  if (prefix === undefined) throw malformed("not a share record: one starts with cvs1 (cvr1 for rehearsals)");
  return prefix;
}

/** Read the data part of a record into `words`: each character is checked before the length, so that it is located. */
function readWords(characters: Uint8Array, words: Uint8Array): void {
  const upper = characters[0] === 0x43;
  for (const [i, character] of characters.entries()) {
    const isUpper = character >= 0x41 && character <= 0x5a;
    const isLower = character >= 0x61 && character <= 0x7a;
    if (upper ? isLower : isUpper) throw malformed(`upper and lower case are mixed, at ${position(i)}`);
    if (i < PREFIX_CHARACTERS) continue;

    const word = wordOf(isUpper ? character + 0x20 : character);
    if (word === -1) throw malformed(`${position(i)} is ${shown(character)}, which a record never has`);
    words[i - PREFIX_CHARACTERS] = word;
  }
  if (characters.length !== RECORD_CHARACTERS) {
    throw malformed(`${characters.length} characters, a record has ${RECORD_CHARACTERS}`);
  }
}

function isSharing(threshold: number, total: number): boolean {
  const integers = Number.isInteger(threshold) && Number.isInteger(total);
  return integers && threshold >= 2 && threshold <= total && total <= 255;
}

function position(index: number): string {
  return `character ${index + 1} (group ${Math.floor(index / 4) + 1})`;
}

function shown(character: number): string {
  const printable = character > 0x20 && character < 0x7f;
  return printable ? `'${String.fromCharCode(character)}'` : `the byte 0x${character.toString(16).padStart(2, "0")}`;
}

function typo(index: number | undefined): ConclaveError {
  const where = index === undefined ? "" : `; if one character is wrong, it is ${position(index + PREFIX_CHARACTERS)}`;
  return new ConclaveError("SHARE_DAMAGED", `a typo: the checksum does not match${where}`, {
    suggestions: ["Compare the record with what is written, group by group"],
  });
}

function malformed(message: string): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", message, {
    suggestions: [`Enter the record's ${RECORD_CHARACTERS} characters, from cvs1 on`],
  });
}
