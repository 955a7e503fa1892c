import type { Decrypter as AgeDecrypter } from "age-encryption";
import { fromUtf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";

const ARMOR_START = "-----BEGIN AGE ENCRYPTED FILE-----";
const VERSION_LINE = "age-encryption.org/v1";

/** What an age file says of itself without being opened; nothing of it is authenticated. */
export interface SealedDescription {
  armored: boolean;
  sealedTo: "passphrase" | "recipients";
  /** Base-2 logarithm of scrypt's N, if sealed to a passphrase. */
  workFactor?: number;
  /** Types of its stanzas in their order, if sealed to recipients: `mlkem768x25519`, `X25519`, `p256tag`, … */
  stanzas?: readonly string[];
  /** In bytes, as it lies there. */
  size: number;
}

/** Whether `content` begins as an age file does, armored or binary. */
export function looksLikeAgeFile(content: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(content.subarray(0, 256)).trimStart();
  return text.startsWith(ARMOR_START) || text.startsWith("age-encryption.org/");
}

/** An age file of which nothing was opened yet. */
export interface AgeFile {
  /** Without armor. */
  bytes: Uint8Array;
  description: SealedDescription;
}

/**
 * Read an age file, armored or binary.
 * @throws {ConclaveError} SHARE_MALFORMED not an age file
 */
export async function readAgeFile(sealed: Uint8Array): Promise<AgeFile> {
  const { bytes, armored } = await unarmored(sealed);
  return { bytes, description: { armored, ...describeHeader(headerOf(bytes)), size: sealed.length } };
}

/** What an age file, armored or binary, says of itself. @throws as `readAgeFile` */
export async function describeSealed(sealed: Uint8Array): Promise<SealedDescription> {
  return (await readAgeFile(sealed)).description;
}

/**
 * Open an age file in two steps, header and payload, so that a wrong key is told from damage.
 *
 * @param decrypter has what may open it
 * @param key what that is, for a message
 * @param noMatch makes the error if it does not
 * @returns the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED, SHARE_DAMAGED, or what `noMatch` makes
 */
export async function openAgeFile(
  { bytes }: AgeFile,
  decrypter: AgeDecrypter,
  key: "passphrase" | "identity",
  noMatch: (cause: unknown) => ConclaveError,
): Promise<Secret> {
  using fileKey = await openHeader(bytes, decrypter, key, noMatch);
  const { Decrypter } = await import("age-encryption");
  const payload = new Decrypter();
  payload.addIdentity({ unwrapFileKey: () => fileKey.reveal() });
  try {
    return new Secret(await payload.decrypt(bytes));
  } catch (cause) {
    throw damaged(`the ${key} opens it, but its content is damaged`, cause);
  }
}

/** The file key, 16 bytes, whose header MAC holds. */
async function openHeader(
  file: Uint8Array,
  decrypter: AgeDecrypter,
  key: "passphrase" | "identity",
  noMatch: (cause: unknown) => ConclaveError,
): Promise<Secret> {
  try {
    return new Secret(await decrypter.decryptHeader(file));
  } catch (cause) {
    // The library tells its refusals apart by their messages alone; what isn't one of these is a malformed header.
    const message = cause instanceof Error ? cause.message : "";
    if (message === "no identity matched any of the file's recipients") throw noMatch(cause);
    if (message === "invalid header HMAC") throw damaged(`the ${key} opens it, but its header is damaged`, cause);
    throw malformed("its age header is malformed", cause);
  }
}

async function unarmored(sealed: Uint8Array): Promise<{ bytes: Uint8Array; armored: boolean }> {
  if (sealed.length > LIMITS.shareFileBytes) {
    throw malformed(`${sealed.length} bytes, wanted at most ${LIMITS.shareFileBytes}`);
  }
  const text = new TextDecoder("latin1").decode(sealed);
  if (!text.trimStart().startsWith(ARMOR_START)) return { bytes: sealed, armored: false };

  const { armor } = await import("age-encryption");
  try {
    return { bytes: armor.decode(fromUtf8(sealed)), armored: true };
  } catch (cause) {
    throw malformed("its armor is malformed", cause);
  }
}

/** The lines of an age file's header, from the version line to the one before its MAC. */
function headerOf(file: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(file);
  if (!text.startsWith(`${VERSION_LINE}\n`)) throw malformed(`it does not start with '${VERSION_LINE}'`);
  const end = text.indexOf("\n---");
  if (end === -1) throw malformed("its age header has no end");
  return text.slice(0, end).split("\n");
}

function describeHeader(header: readonly string[]): Pick<SealedDescription, "sealedTo" | "workFactor" | "stanzas"> {
  const stanzas = header.filter((line) => line.startsWith("-> ")).map((line) => line.split(" "));
  const scrypt = stanzas.find(([, type]) => type === "scrypt");
  if (scrypt === undefined) return { sealedTo: "recipients", stanzas: stanzas.map(([, type = ""]) => type) };

  const workFactor = scrypt[3] ?? "";
  if (stanzas.length !== 1 || scrypt.length !== 4 || !/^[1-9][0-9]{0,2}$/.test(workFactor)) {
    throw malformed("its passphrase stanza is malformed");
  }
  return { sealedTo: "passphrase", workFactor: Number(workFactor) };
}

/** It is no age file, or none that could be opened. */
export function malformed(what: string, cause?: unknown): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", `not a sealed file: ${what}`, {
    suggestions: ["Check that this is the right file, or use another copy of it"],
    cause,
  });
}

/** It is sealed to something else than what was to open it. */
export function otherSeal(found: string, wanted: string): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", `sealed to ${found}, wanted a file sealed to ${wanted}`, {
    suggestions: ["Check that this is the right file"],
  });
}

function damaged(what: string, cause: unknown): ConclaveError {
  return new ConclaveError("SHARE_DAMAGED", what, { suggestions: ["Use another copy of the file"], cause });
}
