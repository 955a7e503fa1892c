import type { Stanza } from "age-encryption";
import { fromUtf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";
import { hybridIdentity } from "./age-recipient.ts";

/** Nonce and one empty chunk: what an age file of nothing has after its header. */
const EMPTY_PAYLOAD = 16 + 16;
/** The only kind of stanza that a hybrid recipient makes. */
const HYBRID_STANZA = "mlkem768x25519";

/** The header of an age file whose payload is written elsewhere, and what that is sealed with. */
export interface AgeHeader {
  /** With its last line feed. */
  bytes: Uint8Array;
  /** 16 bytes; the caller's to dispose of. */
  fileKey: Secret;
}

/**
 * The header of a new age file (C2SP age) for one recipient, made by the age library.
 * @param recipient such that `recipientKind` knows it
 */
export async function newAgeHeader(recipient: string): Promise<AgeHeader> {
  const { Encrypter } = await import("age-encryption"); // 53 ms: only where it is needed
  const encrypter = new Encrypter();
  let fileKey: Secret | undefined;
  encrypter.addRecipient(recipient);
  encrypter.addRecipient({
    wrapFileKey(key: Uint8Array): Stanza[] {
      fileKey = new Secret(Uint8Array.from(key));
      return [];
    },
  });
  const file = await encrypter.encrypt(new Uint8Array());
  if (fileKey === undefined) throw new TypeError("the age library made no file key");
  return { bytes: file.slice(0, file.length - EMPTY_PAYLOAD), fileKey };
}

/** Where the header at the beginning of an age file ends; undefined if it does not end in `bytes`. */
export function ageHeaderEnd(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mac = text.indexOf("\n--- ");
  const end = mac === -1 ? -1 : text.indexOf("\n", mac + 1);
  return end === -1 ? undefined : end + 1;
}

/**
 * The file key of an age file that is sealed to the hybrid identity of a seed, and to nobody else.
 *
 * @param header as `ageHeaderEnd` found it
 * @param seed 32 bytes; stays the caller's
 * @returns 16 bytes, the caller's to dispose of; undefined if the identity does not open it, or it is altered or malformed
 */
export async function openAgeHeader(header: Uint8Array, seed: Secret): Promise<Secret | undefined> {
  const stanzas = stanzaTypes(header);
  if (stanzas?.length !== 1 || stanzas[0] !== HYBRID_STANZA) return undefined;
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(hybridIdentity(seed));
  try {
    return new Secret(await decrypter.decryptHeader(header));
  } catch {
    return undefined; // the library tells its refusals apart by their messages alone
  }
}

function stanzaTypes(header: Uint8Array): string[] | undefined {
  try {
    const lines = fromUtf8(header).split("\n");
    return lines.filter((line) => line.startsWith("-> ")).map((line) => line.split(" ")[1] ?? "");
  } catch {
    return undefined;
  }
}
