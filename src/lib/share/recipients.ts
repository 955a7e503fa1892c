import { utf8 } from "../bytes.ts";
import { recipientsProblem } from "../crypto/age-recipient.ts";
import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { openAgeFile, otherSeal, readAgeFile } from "./age-file.ts";

/** Stanzas that a key in a file opens; all other types are those of hardware keys and other plugins. */
const FILE_KEY_STANZAS = ["X25519", "mlkem768x25519"];

/**
 * Seal a secret text to the recipients of one custodian, as an armored age file.
 *
 * @param plain at most a few KiB; stays the caller's
 * @param recipients such that `recipientsProblem` finds nothing
 * @throws {RangeError} it finds something
 */
export async function sealToRecipients(plain: Secret, recipients: readonly string[]): Promise<Uint8Array> {
  const problem = recipientsProblem(recipients);
  if (problem !== undefined) throw new RangeError(problem);
  const { Encrypter, armor } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return utf8(armor.encode(await encrypter.encrypt(plain.reveal())));
}

/**
 * Open an age file, armored or binary, that is sealed to recipients.
 *
 * @param identities such that `identityKind` knows each: the file opens with any one of its recipients'
 * @returns the caller's to dispose of
 * @throws {ConclaveError} SHARE_MALFORMED not such a file; SHARE_IDENTITY sealed to others (a damaged stanza looks
 *   the same), or to hardware keys only; SHARE_DAMAGED it opens, but header or payload was changed
 */
export async function openWithIdentities(sealed: Uint8Array, identities: readonly string[]): Promise<Secret> {
  const file = await readAgeFile(sealed);
  const { sealedTo, stanzas = [] } = file.description;
  if (sealedTo === "passphrase") throw otherSeal("a passphrase", "recipients");
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const openable = stanzas.some((type) => FILE_KEY_STANZAS.includes(type));
  return openAgeFile(file, decrypter, "identity", openable ? wrongIdentity : () => onlyInHardware(stanzas));
}

function wrongIdentity(cause: unknown): ConclaveError {
  return new ConclaveError("SHARE_IDENTITY", "the identity does not open it", {
    suggestions: [
      "Give the identity of the custodian whose share it is, as --identity NAME=FILE",
      "If it is surely the right one, the file is damaged: use another copy of it",
    ],
    cause,
  });
}

function onlyInHardware(stanzas: readonly string[]): ConclaveError {
  return new ConclaveError(
    "SHARE_IDENTITY",
    `sealed to keys that only the age program and its plugins open (${[...new Set(stanzas)].join(", ")})`,
    { suggestions: ["Seal it anew for the occasion: age -d -i PLUGIN-IDENTITY FILE | age -p -a -o NEW"] },
  );
}
