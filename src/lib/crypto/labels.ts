import { concat, utf8 } from "../bytes.ts";

/** What separates one use of a hash, a signature or a derived key from every other: all labels of Conclave. */
export const LABELS = {
  /** HKDF: the quorum key, which wraps key-encryption keys. */
  quorumKey: "conclave/quorum-key/v1",
  /** HKDF: what the manifest keeps to recognise a rebuilt quorum secret. */
  quorumCommitment: "conclave/quorum-commitment/v1",
  /** HKDF: the seed of the age identity that opens backups. */
  backupIdentity: "conclave/backup-identity/v1",
  /** HKDF: the seed of the signing key that proves a share. */
  shareKey: "conclave/share-key/v1",
  /** Associated data of a wrapped key-encryption key. */
  kek: "conclave/kek/v1",
  /** Associated data of wrapped key material. */
  material: "conclave/material/v1",
  /** Hash of an audit entry. */
  entry: "conclave/entry/v1",
  /** Hash of a quorum manifest. */
  manifest: "conclave/manifest/v1",
  /** Digest of a plan, and what the host key signs of it. */
  plan: "conclave/plan/v1",
  /** Signature of an approval. */
  approval: "conclave/approval/v1",
  /** Digest of a request for proofs, and what the host key signs of it. */
  request: "conclave/request/v1",
  /** Signatures of a proof. */
  proof: "conclave/proof/v1",
  /** Digest of an enrolment, and its signature. */
  enrolment: "conclave/enrolment/v1",
  /** Digest of a witness's enrolment, and its signature. */
  witness: "conclave/witness/v1",
  /** Signature of a handover. */
  handover: "conclave/handover/v1",
  /** Signature of a backup's head. */
  backup: "conclave/backup/v1",
  /** Digest of an encrypted file's head and associated data, to which the file is bound. */
  encryptedFile: "conclave/encrypted-file/v1",
  /** HMAC: the key under which a plan commits to what is imported. */
  importKey: "conclave/import-key/v1",
  /** HMAC: what a plan says of a key that is imported. */
  import: "conclave/import/v1",
  /** Digest of a request for a key of another vault, and what the host key signs of it. */
  transferRequest: "conclave/transfer-request/v1",
} as const;

/** Name of a label in `LABELS`. */
export type Label = keyof typeof LABELS;

/**
 * A message to be hashed or signed: the label, a NUL, then `text` in UTF-8.
 *
 * The NUL ends the label, so that no label's message is another's, and no message is a C2SP note.
 *
 * @param text canonical JSON
 */
export function labelled(label: Label, text: string): Uint8Array {
  return concat(utf8(LABELS[label]), Uint8Array.of(0), utf8(text));
}
