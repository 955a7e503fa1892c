import { z } from "zod";
import { sha256Hex } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, shortened, textSchema } from "../names.ts";
import type { ActPlace } from "../vault/unlocked.ts";
import { givenFile } from "./given-file.ts";

/** What a plan says of a message: its name, for people; SHA-256 and bytes. */
export const messageSchema = z.strictObject({
  name: textSchema,
  sha256: digestSchema,
  size: z.int().nonnegative().max(LIMITS.messageBytes),
});

export type MessageReference = z.infer<typeof messageSchema>;

/** The digest of a message, made elsewhere, in its place: 32 to 64 bytes in hexadecimal digits. */
export const messageDigestSchema = z.strictObject({
  digest: z.string().regex(/^(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/),
});

export type MessageDigest = z.infer<typeof messageDigestSchema>;

export function describeMessage(name: string, bytes: Uint8Array): MessageReference {
  return { name: shortened(name), sha256: sha256Hex(bytes), size: bytes.length };
}

/**
 * The message of a plan, among what was given to the act.
 * @throws ConclaveError USAGE none of them has its digest
 */
export function messageOf(place: ActPlace | undefined, message: MessageReference): Uint8Array {
  const { name, sha256, size } = message;
  const piped = place?.piped;
  if (piped !== undefined && sha256Hex(piped) === sha256) return piped;
  const given = givenFile(place, message, LIMITS.messageBytes);
  if (given !== undefined) return given;
  throw new ConclaveError(
    "USAGE",
    `the plan is of ${name}, ${size} bytes, SHA-256 ${sha256}: no such message was given`,
    {
      suggestions: ["Give it as it was when the plan was made: --in FILE"],
    },
  );
}
