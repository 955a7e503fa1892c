import { z } from "zod";
import { concat, hex, utf8 } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { openWithIdentities, sealToRecipients } from "../share/recipients.ts";
import { decodeRecord, encodeRecord, type ShareRecord } from "../share/record.ts";
import { type Approval, approvalSchema } from "./approval.ts";

const approvalFileSchema = z.strictObject({
  approval: approvalSchema,
  /** The share, sealed to the plan's session: an armored age file. */
  share: z.string().max(LIMITS.shareFileBytes),
});

/** An approval as it travels, with the sealed share. */
export type ApprovalFile = z.infer<typeof approvalFileSchema>;

const PLAN_LINE = "plan ";
const DIGEST_CHARACTERS = 64;

/**
 * Seal a share to a session, together with the digest of the one plan that it is for.
 * @param digest 64 hex digits
 */
export async function sealShare(record: ShareRecord, digest: string, recipient: string): Promise<Uint8Array> {
  using text = encodeRecord(record);
  using payload = new Secret(concat(utf8(`${PLAN_LINE}${digest}\n`), text.reveal(), utf8("\n")));
  return await sealToRecipients(payload, [recipient]);
}

/**
 * Open a share that came with an approval.
 * @returns the record, its share the caller's to dispose of
 * @throws ConclaveError APPROVAL_INVALID if it was sealed for another plan; SHARE_*
 */
export async function openSealedShare(sealed: string, digest: string, identity: string): Promise<ShareRecord> {
  using payload = await openWithIdentities(utf8(sealed), [identity]);
  const bytes = payload.reveal();
  const head = utf8(`${PLAN_LINE}${digest}\n`);
  if (!head.every((byte, i) => bytes[i] === byte)) {
    throw new ConclaveError("APPROVAL_INVALID", "its share was sealed for another plan");
  }
  const end = bytes[bytes.length - 1] === 0x0a ? bytes.length - 1 : bytes.length;
  return decodeRecord(bytes.subarray(PLAN_LINE.length + DIGEST_CHARACTERS + 1, end));
}

/** SHA-256 of a sealed share, as the approval names it. */
export function sealedHash(sealed: Uint8Array): string {
  return hex(sha256(sealed));
}

export function writeApprovalFile(approval: Approval, sealed: Uint8Array): Uint8Array {
  return canonicalFile({ approval, share: new TextDecoder().decode(sealed) } satisfies ApprovalFile);
}

/** @param origin path, for the message. @throws ConclaveError APPROVAL_INVALID */
export function parseApprovalFile(bytes: Uint8Array, origin: string): ApprovalFile {
  return parseCanonicalFile(
    bytes,
    approvalFileSchema,
    (problem) => new ConclaveError("APPROVAL_INVALID", `${origin}: not an approval: ${problem}`),
  );
}
