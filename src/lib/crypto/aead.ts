import { concat } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { GCM_TAG_LENGTH, openByGcm, sealByGcm } from "./aes-gcm.ts";
import { aesCmacOfBlocks } from "./cmac.ts";
import { randomBytes } from "./random.ts";

const KEY_LENGTH = 32;
const NONCE_LENGTH = 24;

/** Bytes that sealing adds to a plaintext: the nonce before it and the tag after it. */
export const SEAL_OVERHEAD = NONCE_LENGTH + GCM_TAG_LENGTH;

/**
 * Seal `plaintext` by XAES-256-GCM (C2SP) under a random nonce, which is safe for any number of messages.
 *
 * @param key 32 bytes
 * @param associated what the ciphertext is bound to: it opens only with the same
 * @returns nonce (24 bytes), ciphertext, tag (16 bytes)
 * @throws {RangeError} another length of the key
 */
export function seal(key: Secret, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_LENGTH);
  return concat(nonce, sealWithNonce(key, nonce, plaintext, associated));
}

/**
 * Open what `seal` returned.
 *
 * @param what the object, to be named by the error: `key db-main version 3`
 * @returns the plaintext; the caller's to dispose of
 * @throws {IntegrityError} another key, other associated data, a change of any bit, too short
 * @throws {RangeError} another length of the key
 */
export function open(key: Secret, sealed: Uint8Array, associated: Uint8Array, what: string): Secret {
  const refusal = "does not open under this key and place";
  if (sealed.length < SEAL_OVERHEAD) throw new IntegrityError(what, refusal);
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  using messageKey = deriveMessageKey(key, nonce);
  const opened = openByGcm(messageKey.reveal(), nonce.subarray(12), sealed.subarray(NONCE_LENGTH), associated);
  if (opened === undefined) throw new IntegrityError(what, refusal);
  const plaintext = concat(...opened);
  for (const piece of opened) piece.fill(0);
  return new Secret(plaintext);
}

/**
 * XAES-256-GCM under a given nonce: for `seal` and for published vectors only.
 *
 * @param nonce 24 bytes, never to be used twice under one key
 * @returns ciphertext, tag (16 bytes)
 */
export function sealWithNonce(
  key: Secret,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  if (nonce.length !== NONCE_LENGTH) throw new RangeError(`an XAES-256-GCM nonce has ${NONCE_LENGTH} bytes`);
  using messageKey = deriveMessageKey(key, nonce);
  return concat(...sealByGcm(messageKey.reveal(), nonce.subarray(12), plaintext, associated));
}

/** The message's own AES-256 key: SP 800-108 counter mode over CMAC, label "X", context the nonce's first half. */
function deriveMessageKey(key: Secret, nonce: Uint8Array): Secret {
  if (key.length !== KEY_LENGTH) throw new RangeError(`an XAES-256-GCM key has ${KEY_LENGTH} bytes`);
  const context = nonce.subarray(0, 12);
  return aesCmacOfBlocks(key.reveal(), Uint8Array.of(0, 1, 0x58, 0, ...context, 0, 2, 0x58, 0, ...context));
}
