import { fromUtf8, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";

/** Base-2 logarithms of scrypt's N: some 1.5 seconds a guess in production, no protection in a rehearsal. */
export const SCRYPT_WORK_FACTOR = { production: 18, rehearsal: 10 } as const;

/** Above this, opening would take minutes and gigabytes. */
const LARGEST_WORK_FACTOR = 20;

const ARMOR_START = "-----BEGIN AGE ENCRYPTED FILE-----";
const VERSION_LINE = "age-encryption.org/v1";

/** What an age file says of itself without being opened; nothing of it is authenticated. */
export interface SealedDescription {
  armored: boolean;
  sealedTo: "passphrase" | "recipients";
  /** Base-2 logarithm of scrypt's N, if sealed to a passphrase. */
  workFactor?: number;
  /** In bytes, as it lies there. */
  size: number;
}

/**
 * Seal a secret text to a passphrase, as an armored age file (C2SP age, scrypt recipient).
 *
 * @param plain at most a few KiB; stays the caller's
 * @param workFactor base-2 logarithm of scrypt's N, 1 to 20: see `SCRYPT_WORK_FACTOR`
 * @throws {RangeError} another work factor, or an empty passphrase
 */
export async function sealToPassphrase(plain: Secret, passphrase: string, workFactor: number): Promise<Uint8Array> {
  if (!Number.isInteger(workFactor) || workFactor < 1 || workFactor > LARGEST_WORK_FACTOR) {
    throw new RangeError(`the work factor must be 1 to ${LARGEST_WORK_FACTOR}`);
  }
  if (passphrase === "") throw new RangeError("the passphrase is empty");
  const { Encrypter, armor } = await import("age-encryption"); // 53 ms: only where it is needed
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(workFactor);
  return utf8(armor.encode(await encrypter.encrypt(plain.reveal())));
}

/**
 * Open an age file, armored or binary, that is sealed to a passphrase.
 *
 * @returns the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED not such a file; SHARE_PASSPHRASE another passphrase (a damaged recipient
 *   stanza looks the same); SHARE_DAMAGED it opens, but header or payload was changed
 */
export async function openWithPassphrase(sealed: Uint8Array, passphrase: string): Promise<Secret> {
  const { bytes } = await unarmored(sealed);
  const { sealedTo, workFactor = 0 } = describeHeader(headerOf(bytes));
  if (sealedTo === "recipients") throw malformed("sealed to recipients, not to a passphrase");
  if (workFactor > LARGEST_WORK_FACTOR) {
    throw malformed(`scrypt work factor ${workFactor} is above ${LARGEST_WORK_FACTOR}`);
  }

  using fileKey = await openHeader(bytes, passphrase);
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: () => fileKey.reveal() });
  try {
    return new Secret(await decrypter.decrypt(bytes));
  } catch (cause) {
    throw damaged("the passphrase opens it, but its content is damaged", cause);
  }
}

/**
 * What an age file, armored or binary, says of itself.
 * @throws {ConclaveError} SHARE_MALFORMED not an age file
 */
export async function describeSealed(sealed: Uint8Array): Promise<SealedDescription> {
  const { bytes, armored } = await unarmored(sealed);
  return { armored, ...describeHeader(headerOf(bytes)), size: sealed.length };
}

/** The file key, 16 bytes, whose header MAC holds. */
async function openHeader(file: Uint8Array, passphrase: string): Promise<Secret> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return new Secret(await decrypter.decryptHeader(file));
  } catch (cause) {
    // The library tells its refusals apart by their messages alone; what isn't one of these is a malformed header.
    const message = cause instanceof Error ? cause.message : "";
    if (message === "no identity matched any of the file's recipients") throw wrongPassphrase(cause);
    if (message === "invalid header HMAC") throw damaged("the passphrase opens it, but its header is damaged", cause);
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
  if (!text.startsWith(`${VERSION_LINE}\n`)) throw malformed(`not an age file, which starts with '${VERSION_LINE}'`);
  const end = text.indexOf("\n---");
  if (end === -1) throw malformed("its age header has no end");
  return text.slice(0, end).split("\n");
}

function describeHeader(header: readonly string[]): Pick<SealedDescription, "sealedTo" | "workFactor"> {
  const stanzas = header.filter((line) => line.startsWith("-> ")).map((line) => line.split(" "));
  const scrypt = stanzas.find(([, type]) => type === "scrypt");
  if (scrypt === undefined) return { sealedTo: "recipients" };

  const workFactor = scrypt[3] ?? "";
  if (stanzas.length !== 1 || scrypt.length !== 4 || !/^[1-9][0-9]{0,2}$/.test(workFactor)) {
    throw malformed("its passphrase stanza is malformed");
  }
  return { sealedTo: "passphrase", workFactor: Number(workFactor) };
}

function malformed(what: string, cause?: unknown): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", `not a file sealed to a passphrase: ${what}`, {
    suggestions: ["Check that this is the right file, or use another copy of it"],
    cause,
  });
}

function wrongPassphrase(cause: unknown): ConclaveError {
  return new ConclaveError("SHARE_PASSPHRASE", "the passphrase does not open it", {
    suggestions: ["Enter it again", "If it is surely the right one, the file is damaged: use another copy of it"],
    cause,
  });
}

function damaged(what: string, cause: unknown): ConclaveError {
  return new ConclaveError("SHARE_DAMAGED", what, { suggestions: ["Use another copy of the file"], cause });
}
