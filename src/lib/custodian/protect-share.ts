import { equalBytes } from "../crypto/constant-time.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { writeFileChecked } from "../host/checked-file.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import type { Secret } from "../secret.ts";
import { readDocument } from "../share/document.ts";
import { openWithIdentities, sealToRecipients } from "../share/recipients.ts";
import { openWithPassphrase, SCRYPT_WORK_FACTOR, sealToPassphrase } from "../share/sealed-file.ts";

/** What a share is to be sealed to. */
export type Seal =
  | { to: "passphrase"; passphrase: string }
  | {
      to: "recipients";
      /** Such that `recipientsProblem` finds nothing. */
      recipients: readonly string[];
      /** age identities by which the new file is opened again; none if they are in hardware, or elsewhere. */
      identities: readonly string[];
    };

/** Where the new file goes: in place of the old one, or to a path where nothing is. */
export interface ProtectedPlace {
  path: string;
  existing: "refuse" | "replace";
}

/**
 * Seal the text of a share file anew. The new file is opened again and compared before it gets its name; until then,
 * and if anything fails, the old one stays as it is.
 *
 * @param text as the old file holds it; stays the caller's
 * @returns whether the new file was opened again: a new file beside the old one may be for keys that aren't here
 * @throws {ConclaveError} SHARE_MALFORMED the text isn't a share's; SHARE_IDENTITY in place, and none of the identities
 *   opens it; EXISTS, HOST_IO, HOST_PREFLIGHT
 */
export async function protectShare(text: Secret, seal: Seal, { path, existing }: ProtectedPlace): Promise<boolean> {
  const sealed = await sealText(text, seal);
  let reopened = false;
  await writeFileChecked(path, sealed, existing, async (written) => {
    reopened = await reopens(readSmallFile(written, LIMITS.shareFileBytes), text, seal, path);
    if (!reopened && existing === "replace") throw notAtHand(path);
  });
  return reopened;
}

/** Whether a share's text is of a rehearsal. @throws {ConclaveError} SHARE_MALFORMED, SHARE_DAMAGED */
export function isRehearsal(text: Secret): boolean {
  using document = readDocument(text);
  return document.record.rehearsal;
}

async function sealText(text: Secret, seal: Seal): Promise<Uint8Array> {
  const workFactor = SCRYPT_WORK_FACTOR[isRehearsal(text) ? "rehearsal" : "production"];
  if (seal.to === "recipients") return sealToRecipients(text, seal.recipients);
  return sealToPassphrase(text, seal.passphrase, workFactor);
}

async function reopens(sealed: Uint8Array, text: Secret, seal: Seal, path: string): Promise<boolean> {
  try {
    using again =
      seal.to === "passphrase"
        ? await openWithPassphrase(sealed, seal.passphrase)
        : await openWithIdentities(sealed, seal.identities);
    if (!equalBytes(again.reveal(), text.reveal())) throw writtenBadly(path);
    return true;
  } catch (error) {
    if (isConclaveError(error, "SHARE_IDENTITY")) return false;
    if (isConclaveError(error, "SHARE_PASSPHRASE", "SHARE_DAMAGED", "SHARE_MALFORMED")) throw writtenBadly(path, error);
    throw error;
  }
}

function notAtHand(path: string): ConclaveError {
  return new ConclaveError("SHARE_IDENTITY", `${path}: stays as it is, since nothing here opens the new file`, {
    suggestions: ["Give the identity that opens it: --new-identity FILE", "Write it beside the old one: --out FILE"],
  });
}

function writtenBadly(path: string, cause?: unknown): ConclaveError {
  return new ConclaveError("HOST_IO", `${path}: what was written does not open, and the old file stays`, {
    suggestions: ["Use another medium"],
    cause,
  });
}
