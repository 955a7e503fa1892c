import { createPublicKey, decapsulate, diffieHellman, encapsulate, type KeyObject } from "node:crypto";
import { utf8 } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import type { Algorithm } from "./algorithm.ts";
import { weakKey } from "./refused-key.ts";
import { schemesOf, signMessage, verifyMessage } from "./signature-scheme.ts";

const MESSAGE = utf8("pairwise consistency");

/**
 * Let the private half do its work, and the public one check it (FIPS 140-3 IG 10.3.A).
 * @throws ConclaveError REFUSED they don't belong together
 */
export function checkPairwise(algorithm: Algorithm, privateKey: KeyObject, publicKey: KeyObject): void {
  if (!agrees(algorithm, privateKey, publicKey)) throw weakKey("the public half does not belong to the private one");
}

function agrees(algorithm: Algorithm, privateKey: KeyObject, publicKey: KeyObject): boolean {
  const [scheme] = schemesOf(algorithm);
  if (scheme !== undefined) {
    return verifyMessage(scheme, "der", publicKey, MESSAGE, signMessage(scheme, "der", privateKey, MESSAGE));
  }
  if (privateKey.asymmetricKeyType === "x25519") return isUsable(privateKey, publicKey);
  const { sharedKey, ciphertext } = encapsulate(publicKey);
  return equalBytes(sharedKey, decapsulate(privateKey, ciphertext));
}

/** Whether X25519 gives a secret with it: OpenSSL refuses one that is all zero (RFC 7748 section 6.1). */
function isUsable(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const again = createPublicKey(privateKey);
  return again.equals(publicKey) && diffieHellman({ privateKey, publicKey }).some((byte) => byte !== 0);
}
