import { z } from "zod";
import { LIMITS } from "./limits.ts";

const NAME = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${LIMITS.nameLength - 1}}$`);

/** What a name looks like, for a message. */
export const NAME_RULE = `1 to ${LIMITS.nameLength} of letters, digits, ". _ -", starting with a letter or digit`;

/** Name of a key, keyring, quorum or custodian: safe on a screen, in a file name and in a log line. */
export const nameSchema = z.string().regex(NAME, `must be ${NAME_RULE}`);

/** Whether `text` may be a name. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Identifier made by `randomUuid` (RFC 9562, version 4). */
export const idSchema = z.uuidv4().lowercase();

/** SHA-256 digest, 64 lower-case hexadecimal digits. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** Ed25519 public key (RFC 8032), 64 lower-case hexadecimal digits. */
export const publicKeySchema = digestSchema;

/** Ed25519 signature (RFC 8032), 128 lower-case hexadecimal digits. */
export const signatureSchema = z.string().regex(/^[0-9a-f]{128}$/, "must be 128 lower-case hexadecimal digits");

/** RFC 3339 in UTC with milliseconds. */
export const timestampSchema = z.iso
  .datetime({ precision: 3 })
  .refine((text) => !Number.isNaN(Date.parse(text)), "must be a time");

/** Free text of a person: shown escaped, never empty of meaning to a program. */
export const textSchema = z.string().max(LIMITS.textLength, `must be at most ${LIMITS.textLength} characters`);

/** As much of a text, such as the name of a file, as `textSchema` takes. */
export function shortened(text: string): string {
  return text.slice(0, LIMITS.textLength).toWellFormed();
}
