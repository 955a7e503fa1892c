import { concat, fromUtf8, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { hexLine, readHexSecret } from "./hex-secret.ts";
import { linesOf, valueOfLine } from "./lines.ts";
import { PIN_KEYWORDS, PIN_LINES, type Pin } from "./pin.ts";
import { decodeRecord, encodeRecord, looksLikeRecord, type ShareRecord, vaultPrefix } from "./record.ts";

const LINE_FEED = 0x0a;
const CUSTODIAN_KEY = "custodian-key";

/** What `writeDocument` writes. */
export interface ShareDocumentParts {
  /** What this file is, for a person: one line of printable ASCII. */
  sentence: string;
  record: ShareRecord;
  pin: Pin;
  /** The seed of the custodian's signing key, 32 bytes, if the share file is to hold it. */
  custodianSeed?: Secret;
}

/** What a share file holds. Owns the share and the seed. */
export class ShareDocument implements Disposable {
  readonly record: ShareRecord;
  /** What the text says of itself first: foreign text, good for a person to read and for nothing else. */
  readonly sentence: string | undefined;
  /** Undefined if the document is the record alone. */
  readonly pin: Pin | undefined;
  /** The seed of the custodian's signing key, 32 bytes. */
  readonly custodianSeed: Secret | undefined;

  /** @param record its share is taken over, and so is `custodianSeed` */
  constructor(record: ShareRecord, pin: Pin | undefined, custodianSeed: Secret | undefined, sentence?: string) {
    this.record = record;
    this.sentence = sentence;
    this.pin = pin;
    this.custodianSeed = custodianSeed;
  }

  [Symbol.dispose](): void {
    this.record.share[Symbol.dispose]();
    this.custodianSeed?.[Symbol.dispose]();
  }
}

/**
 * The text of a share file before it is sealed.
 *
 * @param parts stay the caller's
 * @returns ASCII with a last line feed; the caller's to dispose of
 * @throws {RangeError} a part outside its range
 */
export function writeDocument({ sentence, record, pin, custodianSeed }: ShareDocumentParts): Secret {
  if (!/^[\x20-\x7e]{1,256}$/.test(sentence) || looksLikeRecord(utf8(sentence))) {
    throw new RangeError("the sentence of a share file is one line of 1 to 256 printable ASCII characters");
  }
  for (const keyword of PIN_KEYWORDS) {
    if (!PIN_LINES[keyword].form.test(pin[keyword])) throw new RangeError(`${keyword}: ${PIN_LINES[keyword].wanted}`);
  }
  if (vaultPrefix(pin.vault) !== record.vaultPrefix) throw new RangeError("record and pin are of different vaults");

  using text = encodeRecord(record);
  using seedLine = custodianSeed && hexLine(CUSTODIAN_KEY, custodianSeed);
  const pinLines = PIN_KEYWORDS.map((keyword) => `${keyword} ${pin[keyword]}\n`).join("");
  return new Secret(
    concat(
      utf8(`${sentence}\n`),
      text.reveal(),
      Uint8Array.of(LINE_FEED),
      utf8(pinLines),
      seedLine?.reveal() ?? new Uint8Array(0),
    ),
  );
}

/**
 * Read the text of a share file, or a record alone. No secret in it becomes a string.
 *
 * @param source stays the caller's
 * @returns the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED with the line and what was wanted; SHARE_DAMAGED a typo in the record
 */
export function readDocument(source: Secret | Uint8Array): ShareDocument {
  const lines = linesOf(source instanceof Secret ? source.reveal() : source, malformed);
  const recordAt = lines.slice(0, 2).findIndex(looksLikeRecord);
  const line = lines[recordAt];
  if (line === undefined) {
    throw malformed(Math.min(lines.length, 2), "wanted a record, which starts with cvs1 (cvr1 for rehearsals)");
  }
  const record = recordOf(line, recordAt + 1);
  try {
    return documentOf(record, lines, recordAt + 1);
  } catch (error) {
    record.share[Symbol.dispose]();
    throw error;
  }
}

/** @param start index of the first line after the record */
function documentOf(record: ShareRecord, lines: readonly Uint8Array[], start: number): ShareDocument {
  const sentence = start === 2 && lines[0] !== undefined ? fromUtf8(lines[0]) : undefined;
  if (lines.length === start) return new ShareDocument(record, undefined, undefined, sentence);

  const pin = pinOf(lines, start);
  if (vaultPrefix(pin.vault) !== record.vaultPrefix) {
    throw malformed(start + 1, "the vault is another than the record's");
  }
  const keyAt = start + PIN_KEYWORDS.length;
  if (lines.length > keyAt + 1) throw malformed(keyAt + 2, "wanted no further line");
  const keyLine = lines[keyAt];
  if (keyLine === undefined) return new ShareDocument(record, pin, undefined, sentence);

  const seed = readHexSecret(CUSTODIAN_KEY, keyLine);
  if (seed === undefined) throw malformed(keyAt + 1, `wanted '${CUSTODIAN_KEY}' and 64 lower-case hexadecimal digits`);
  return new ShareDocument(record, pin, seed, sentence);
}

function pinOf(lines: readonly Uint8Array[], start: number): Pin {
  const valueOf = (keyword: keyof Pin): string => {
    const at = start + PIN_KEYWORDS.indexOf(keyword);
    const line = lines[at] ?? new Uint8Array(0);
    const { form, wanted } = PIN_LINES[keyword];
    const value = valueOfLine(keyword, line) ?? "";
    if (!form.test(value)) throw malformed(at + 1, `wanted '${keyword}' and ${wanted}`);
    return value;
  };
  return {
    vault: valueOf("vault"),
    genesis: valueOf("genesis"),
    epoch: valueOf("epoch"),
    host: valueOf("host"),
    manifest: valueOf("manifest"),
  };
}

function recordOf(line: Uint8Array, number: number): ShareRecord {
  try {
    return decodeRecord(line);
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    const { code, suggestions } = cause;
    throw new ConclaveError(code, `line ${number}: ${cause.message}`, { suggestions, cause });
  }
}

function malformed(line: number, what: string): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", `line ${line}: ${what}`, {
    suggestions: ["Use the share file as Conclave wrote it, or another copy of it"],
  });
}
