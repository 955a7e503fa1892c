import type { KeyObject } from "node:crypto";
import { concat } from "../bytes.ts";
import type { Secret } from "../secret.ts";
import { wrapKey } from "./key-wrap.ts";
import { randomSecret } from "./random.ts";
import { wrapByOaep } from "./rsa-oaep.ts";

/** Bytes of the AES key that stands between. */
const AES_KEY_LENGTH = 32;

/**
 * Wrap key material of any length to an RSA key (PKCS#11 3.1 section 6.1.8, CKM_RSA_AES_KEY_WRAP; what AWS calls
 * RSA_AES_KEY_WRAP_SHA_256, and Google RSA-OAEP with AES): a new AES-256 key by OAEP with SHA-256, then the material by
 * AES-KWP under it.
 *
 * @param publicKey RSA
 * @param material 1 byte at least; stays the caller's
 */
export function wrapByRsaAes(publicKey: KeyObject, material: Secret): Uint8Array {
  using key = randomSecret(AES_KEY_LENGTH);
  return concat(wrapByOaep(publicKey, key), wrapKey(key, material));
}
