import type { KeyObject } from "node:crypto";
import { utf8 } from "../bytes.ts";
import { deriveSecret } from "../crypto/kdf.ts";
import { signingKey } from "../crypto/signature.ts";
import type { Share } from "./share.ts";

/** Whose share it is, and of what. */
export interface SharePlace {
  /** Id of the vault. */
  vault: string;
  /** Id of the quorum. */
  quorum: string;
  /** Generation of the quorum. */
  generation: number;
  /** Name of the custodian. */
  custodian: string;
}

/**
 * The share key: the Ed25519 key that only this share in this place gives, which proves the share.
 *
 * Its seed is HKDF(share, salt = vault id, label share-key); its public key is what the quorum manifest keeps
 * of the share, and tells nothing useful of it.
 *
 * @param share stays the caller's
 */
export function shareKey(share: Share, place: SharePlace): KeyObject {
  const { vault, quorum, generation, custodian } = place;
  using seed = deriveSecret(share.bytes, utf8(vault), {
    label: "shareKey",
    quorum,
    generation,
    custodian,
    x: share.x,
  });
  return signingKey(seed);
}
