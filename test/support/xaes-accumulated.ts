import { shake128 } from "@noble/hashes/sha3.js";
import { hex } from "../../src/lib/bytes.ts";
import { sealWithNonce } from "../../src/lib/crypto/aead.ts";
import { Secret } from "../../src/lib/secret.ts";

/**
 * The accumulated vector of C2SP XAES-256-GCM: random inputs from one SHAKE128 stream are sealed, the
 * ciphertexts go into another, and its first 32 bytes are the answer, in hexadecimal digits.
 */
export function accumulated(iterations: number): string {
  const inputs = shake128.create({});
  const ciphertexts = shake128.create({ dkLen: 32 });
  const text = () => inputs.xof(inputs.xof(1)[0] ?? 0);
  for (let i = 0; i < iterations; i++) {
    using key = new Secret(inputs.xof(32));
    const nonce = inputs.xof(24);
    const plaintext = text();
    const associated = text();
    ciphertexts.update(sealWithNonce(key, nonce, plaintext, associated));
  }
  return hex(ciphertexts.digest());
}
