import { z } from "zod";
import { fromHex, fromUtf8, utf8 } from "../bytes.ts";
import { digestOf } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import type { Rereadable } from "../host/byte-source.ts";
import { canonicalJson, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { idSchema } from "../names.ts";
import { ALGORITHM_NAMES } from "./algorithm.ts";

const LINE_FEED = 0x0a;

const headSchema = z.strictObject({
  type: z.literal("encrypted-file"),
  version: z.literal(1),
  /** Ids of the vault and of the key. */
  vault: idSchema,
  key: idSchema,
  keyVersion: z.int().positive(),
  algorithm: z.enum(ALGORITHM_NAMES),
  /** Whether it opens only together with associated data. */
  associatedData: z.boolean(),
  /** What gives the secret of this file to whoever has the private key, in base64; none if the key is symmetric. */
  encapsulated: z.base64().optional(),
});

/** The clear head of an encrypted file: which key opens it. */
export type EncryptedHead = z.infer<typeof headSchema>;

/** The head as it stands in the file, with its line feed. */
export function writeEncryptedHead(head: EncryptedHead): Uint8Array {
  return utf8(`${canonicalJson(head)}\n`);
}

/** What the encrypted bytes are bound to: the head, and the associated data by its SHA-256 if there is any. */
export function bindingOf(head: EncryptedHead, associatedData: string | undefined): Uint8Array {
  return fromHex(digestOf("encryptedFile", `${canonicalJson(head)}\n${associatedData ?? ""}`));
}

/**
 * The head of an encrypted file, which nothing vouches for yet.
 * @param name of the file, for messages
 * @returns the head, and how many bytes it has with its line feed
 * @throws ConclaveError INPUT_MALFORMED: not such a file
 */
export async function readEncryptedHead(
  input: Rereadable,
  name: string,
): Promise<{ head: EncryptedHead; length: number }> {
  const refuse = (problem: string) =>
    new ConclaveError("INPUT_MALFORMED", `${name}: not a file that key encrypt made: ${problem}`);
  using source = input.open();
  const start = await source.readSoon(new Uint8Array(LIMITS.encryptedHeadBytes));
  const end = start.indexOf(LINE_FEED);
  if (end === -1) throw refuse("it does not begin with a line of JSON");
  let text: string;
  try {
    text = fromUtf8(start.subarray(0, end));
  } catch {
    throw refuse("its head is not UTF-8");
  }
  return { head: parseCanonicalJson(text, headSchema, refuse), length: end + 1 };
}
