import { createCipheriv } from "node:crypto";

const BLOCK = 16;

/**
 * AES-CMAC (NIST SP 800-38B section 6.2, RFC 4493).
 *
 * @param key 16, 24 or 32 bytes
 * @returns the whole tag, 16 bytes
 * @throws {RangeError} another length of the key
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (![16, 24, 32].includes(key.length)) throw new RangeError("an AES key has 16, 24 or 32 bytes");
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);

  const subkey = doubled(cipher.update(new Uint8Array(BLOCK)));
  const lastStart = Math.max(0, Math.ceil(message.length / BLOCK) - 1) * BLOCK;
  const last = new Uint8Array(BLOCK);
  last.set(message.subarray(lastStart));
  if (message.length - lastStart < BLOCK) {
    last[message.length - lastStart] = 0x80;
    xorInto(last, doubled(subkey));
  } else {
    xorInto(last, subkey);
  }

  const chain = new Uint8Array(BLOCK);
  for (let start = 0; start < lastStart; start += BLOCK) {
    xorInto(chain, message.subarray(start, start + BLOCK));
    chain.set(cipher.update(chain));
  }
  xorInto(chain, last);
  return Uint8Array.from(cipher.update(chain));
}

/** The block times x in GF(2^128): SP 800-38B section 6.1, steps 2 and 3. */
function doubled(block: Uint8Array): Uint8Array {
  const carry = (block[0] ?? 0) >> 7;
  const shifted = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7));
  shifted[BLOCK - 1] = (shifted[BLOCK - 1] ?? 0) ^ (carry * 0x87);
  return shifted;
}

function xorInto(target: Uint8Array, source: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) ^ (source[i] ?? 0);
}
