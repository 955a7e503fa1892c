import { z } from "zod";
import { digestOf } from "../crypto/digest.ts";
import { IntegrityError } from "../errors.ts";
import { canonicalJson, objectSchema, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, textSchema, timestampSchema } from "../names.ts";

/** Members in the order of canonical JSON, so that what was read is compared with its text without being sorted again. */
const entrySchema = z.strictObject({
  actor: textSchema,
  data: objectSchema,
  epoch: idSchema,
  previous: digestSchema,
  sequence: z.int().positive(),
  time: timestampSchema,
  type: z.string().regex(/^[a-z]+(?:[.-][a-z]+)*$/, "must be an entry type"),
  vault: idSchema,
  version: z.literal(1),
});

/** The record of one change: who changed what, when, and the hash of the entry before. */
export interface Entry {
  version: 1;
  vault: string;
  epoch: string;
  /** 1 for genesis, then without a gap. */
  sequence: number;
  time: string;
  /** Hash of the entry before; `NO_ENTRY` for the first. */
  previous: string;
  type: string;
  /** `plan:ID` of an approved act, else `user@host` who ran the command. */
  actor: string;
  data: Record<string, unknown>;
}

/** What stands as `previous` in the first entry. */
export const NO_ENTRY = "0".repeat(64);

/** Canonical JSON of an entry. @throws {RangeError} larger than an entry may be */
export function entryText(entry: Entry): string {
  const text = canonicalJson(entry);
  if (text.length > LIMITS.entryBytes) throw new RangeError(`an entry of ${text.length} bytes`);
  return text;
}

/** SHA-256(label ‖ NUL ‖ canonical JSON), the entry's leaf in the tree and the link of the next one. */
export function entryHash(text: string): string {
  return digestOf("entry", text);
}

/** @throws IntegrityError naming the entry, if the text isn't one canonical entry */
export function parseEntry(text: string, sequence: number): Entry {
  if (text.length > LIMITS.entryBytes)
    throw new IntegrityError(`entry ${sequence}`, `larger than ${LIMITS.entryBytes} bytes`);
  return parseCanonicalJson(text, entrySchema, (problem) => new IntegrityError(`entry ${sequence}`, problem));
}

/** The error of an entry that must not stand where it stands. */
export function entryError(entry: Entry, problem: string, cause?: unknown): IntegrityError {
  return new IntegrityError(`entry ${entry.sequence} (${entry.type})`, problem, { cause });
}

/** The error of a chain that lacks entries. */
export function missingEntries(first: number, last: number): IntegrityError {
  const which = first === last ? `entry ${first} is` : `entries ${first} to ${last} are`;
  return new IntegrityError("audit chain", `${which} missing`);
}
