import { utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { malformed, openAgeFile, otherSeal, readAgeFile } from "./age-file.ts";

/** Base-2 logarithms of scrypt's N: some 1.5 seconds a guess in production, no protection in a rehearsal. */
export const SCRYPT_WORK_FACTOR = { production: 18, rehearsal: 10 } as const;

/** Above this, opening would take minutes and gigabytes. */
const LARGEST_WORK_FACTOR = 20;

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
  const file = await readAgeFile(sealed);
  const { sealedTo, workFactor = 0 } = file.description;
  if (sealedTo === "recipients") throw otherSeal("recipients", "a passphrase");
  if (workFactor > LARGEST_WORK_FACTOR) {
    throw malformed(`scrypt work factor ${workFactor} is above ${LARGEST_WORK_FACTOR}`);
  }
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return openAgeFile(file, decrypter, "passphrase", wrongPassphrase);
}

function wrongPassphrase(cause: unknown): ConclaveError {
  return new ConclaveError("SHARE_PASSPHRASE", "the passphrase does not open it", {
    suggestions: ["Enter it again", "If it is surely the right one, the file is damaged: use another copy of it"],
    cause,
  });
}
