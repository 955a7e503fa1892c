import { type Cipheriv, createCipheriv, createSecretKey } from "node:crypto";
import { randomBytes } from "./random.ts";
import { view } from "./signature.ts";

/**
 * AES-256-CTR (SP 800-38A) under a fresh key that nobody else ever has, for bytes that must lie on a disk for a moment.
 * It hides them, and authenticates nothing.
 *
 * @returns begins anew at the first byte each time: to seal once, then to open, which is the same, as often as wanted
 */
export function ephemeralCipher(): () => Cipheriv {
  const key = randomBytes(32);
  const object = createSecretKey(view(key));
  key.fill(0);
  return () => createCipheriv("aes-256-ctr", object, new Uint8Array(16)); // one message under the key: no nonce is needed
}
