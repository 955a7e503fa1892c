import { fromHex, hex, utf8 } from "../bytes.ts";
import { open, seal } from "../crypto/aead.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { deriveSecret } from "../crypto/kdf.ts";
import { labelled } from "../crypto/labels.ts";
import { canonicalJson } from "../json.ts";
import type { Secret } from "../secret.ts";

/** A ciphertext and its SHA-256, by which tables and audit entries name it. */
export interface Blob {
  hash: string;
  bytes: Uint8Array;
}

/** Which secret of a quorum: every rekey makes a new one. */
export interface QuorumSecretPlace {
  vault: string;
  quorum: string;
  generation: number;
}

/** Where a wrapped KEK belongs; a copy at another place does not open. */
export interface KekPlace extends QuorumSecretPlace {
  keyring: string;
  version: number;
}

/** Where wrapped key material belongs; a copy at another place does not open. */
export interface MaterialPlace {
  vault: string;
  keyring: string;
  kekVersion: number;
  key: string;
  version: number;
  algorithm: string;
}

/** What the manifest keeps of a quorum secret: 32 bytes in hex, telling nothing of it, by which a rebuilt one is recognised. */
export function quorumCommitment(secret: Secret, { vault, quorum, generation }: QuorumSecretPlace): string {
  using commitment = deriveSecret(secret, utf8(vault), { label: "quorumCommitment", quorum, generation });
  return hex(commitment.reveal());
}

/** Seed of the age identity that opens the backups of this generation: 32 bytes, the caller's to dispose of. */
export function backupSeed(secret: Secret, { vault, quorum, generation }: QuorumSecretPlace): Secret {
  return deriveSecret(secret, utf8(vault), { label: "backupIdentity", quorum, generation });
}

/**
 * The key that wraps the KEKs of a quorum's keyrings: 32 bytes, the caller's to dispose of.
 * @param manifest hash of the manifest of this generation
 */
export function quorumKey(secret: Secret, manifest: string, { quorum, generation }: QuorumSecretPlace): Secret {
  return deriveSecret(secret, fromHex(manifest), { label: "quorumKey", quorum, generation });
}

/** Wrap a KEK (32 bytes) under its quorum key. */
export function wrapKek(wrappingKey: Secret, kek: Secret, place: KekPlace): Blob {
  return blob(seal(wrappingKey, kek.reveal(), labelled("kek", canonicalJson({ ...place }))));
}

/** @returns the KEK, the caller's to dispose of. @throws IntegrityError it does not open at this place */
export function unwrapKek(wrappingKey: Secret, wrapped: Uint8Array, place: KekPlace): Secret {
  return open(
    wrappingKey,
    wrapped,
    labelled("kek", canonicalJson({ ...place })),
    `KEK ${place.keyring} version ${place.version}`,
  );
}

/** Wrap the material of a key version under a KEK. */
export function wrapMaterial(kek: Secret, material: Secret, place: MaterialPlace): Blob {
  return blob(seal(kek, material.reveal(), labelled("material", canonicalJson({ ...place }))));
}

/** @returns the material, the caller's to dispose of. @throws IntegrityError it does not open at this place */
export function unwrapMaterial(kek: Secret, wrapped: Uint8Array, place: MaterialPlace): Secret {
  return open(
    kek,
    wrapped,
    labelled("material", canonicalJson({ ...place })),
    `key ${place.key} version ${place.version}`,
  );
}

function blob(bytes: Uint8Array): Blob {
  return { hash: sha256Hex(bytes), bytes };
}
