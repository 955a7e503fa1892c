import { type Cipheriv, createCipheriv } from "node:crypto";
import { Secret } from "../secret.ts";

const BLOCK = 16;

/**
 * AES-CMAC (NIST SP 800-38B section 6.2, RFC 4493).
 *
 * @param key 16, 24 or 32 bytes
 * @returns the whole tag, 16 bytes
 * @throws {RangeError} another length of the key
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const cipher = blockCipher(key);
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

/**
 * AES-CMAC of several messages of one whole block each, under one key.
 *
 * @param key 16, 24 or 32 bytes
 * @param blocks the messages, one after the other
 * @returns their tags, one after the other; the caller's to dispose of
 * @throws {RangeError} another length of the key or of a message
 */
export function aesCmacOfBlocks(key: Uint8Array, blocks: Uint8Array): Secret {
  if (blocks.length % BLOCK !== 0) throw new RangeError(`a block has ${BLOCK} bytes`);
  const cipher = blockCipher(key);
  const subkey = doubled(cipher.update(new Uint8Array(BLOCK)));
  const tags = cipher.update(blocks.map((byte, i) => byte ^ (subkey[i % BLOCK] ?? 0)));
  return new Secret(new Uint8Array(tags.buffer, tags.byteOffset, tags.length));
}

/** @throws {RangeError} another length of the key */
function blockCipher(key: Uint8Array): Cipheriv {
  if (![16, 24, 32].includes(key.length)) throw new RangeError("an AES key has 16, 24 or 32 bytes");
  return createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
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
