import { hkdfSync } from "node:crypto";
import { utf8 } from "../bytes.ts";
import { canonicalJson } from "../json.ts";
import { Secret } from "../secret.ts";
import { LABELS, type Label } from "./labels.ts";

/** What a derived secret is for and whose it is. Its canonical JSON, the label spelt out, is the `info` of HKDF. */
export interface HkdfInfo {
  label: Label;
  /** Id of the quorum. */
  quorum: string;
  /** Generation of the quorum. */
  generation: number;
  /** Name of the custodian. */
  custodian?: string;
  /** Coordinate of the custodian's share, 1 to 255. */
  x?: number;
}

/**
 * Derive one secret from another by HKDF-SHA-256 (RFC 5869).
 *
 * @param secret of at least 128 bits of entropy: never a passphrase
 * @param length 1 to 8160 bytes
 * @returns the caller's to dispose of
 * @throws {RangeError} another length
 */
export function deriveSecret(secret: Secret, salt: Uint8Array, info: HkdfInfo, length = 32): Secret {
  const octets = utf8(canonicalJson({ ...info, label: LABELS[info.label] }));
  return new Secret(hkdf(secret.reveal(), salt, octets, length));
}

/**
 * HKDF-SHA-256 itself (RFC 5869 section 2): for `deriveSecret` and for published vectors only.
 *
 * @param info at most 1024 bytes, Node's limit
 */
export function hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, info, length));
}
