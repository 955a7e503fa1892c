import { createCipheriv, createDecipheriv } from "node:crypto";
import { concat, release, utf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";
import { hkdf } from "./kdf.ts";
import { randomBytes } from "./random.ts";

/** Bytes of plaintext in each chunk but the last, which may have fewer. */
export const CHUNK_LENGTH = 64 * 1024;
/** Bytes of the nonce before the chunks. */
export const PAYLOAD_NONCE_LENGTH = 16;
/** Bytes that sealing adds to each chunk. */
export const CHUNK_TAG_LENGTH = 16;

const ALGORITHM = "chacha20-poly1305";
const KEY_LENGTH = 32;
const COUNTER_LENGTH = 11;

/** A nonce for one payload. */
export function newPayloadNonce(): Uint8Array {
  return randomBytes(PAYLOAD_NONCE_LENGTH);
}

/** Bytes of the payload of an age file, the nonce too, of so many bytes of plaintext. */
export function payloadLength(plaintext: number): number {
  return PAYLOAD_NONCE_LENGTH + plaintext + CHUNK_TAG_LENGTH * Math.max(1, Math.ceil(plaintext / CHUNK_LENGTH));
}

/**
 * The chunks of an age payload (C2SP age, STREAM of ChaCha20-Poly1305), one after the other, by Node's cipher: some
 * thirty times as fast as the age library.
 */
export class AgeStream implements Disposable {
  readonly #key: Secret;
  #counter = 0;

  /** @param fileKey 16 bytes; stays the caller's. @param nonce 16 bytes, random: they stand before the chunks */
  constructor(fileKey: Secret, nonce: Uint8Array) {
    if (nonce.length !== PAYLOAD_NONCE_LENGTH) throw new RangeError("the nonce of an age payload has 16 bytes");
    this.#key = new Secret(hkdf(fileKey.reveal(), nonce, utf8("payload"), KEY_LENGTH));
  }

  /** Seal the next chunk. @param last whether no other follows */
  seal(chunk: Uint8Array, last: boolean): Uint8Array {
    assertChunk(chunk.length, last, this.#counter);
    const cipher = createCipheriv(ALGORITHM, this.#key.reveal(), this.#nonce(last), {
      authTagLength: CHUNK_TAG_LENGTH,
    });
    const sealed = cipher.update(chunk);
    cipher.final();
    const whole = concat(sealed, cipher.getAuthTag());
    release(sealed);
    return whole;
  }

  /** Open the next chunk. @returns undefined if it is altered, out of place, or of another key */
  open(sealed: Uint8Array, last: boolean): Uint8Array | undefined {
    const length = sealed.length - CHUNK_TAG_LENGTH;
    if (length < 0 || (length === 0 && this.#counter > 0)) return undefined;
    assertChunk(length, last, this.#counter);
    const cipher = createDecipheriv(ALGORITHM, this.#key.reveal(), this.#nonce(last), {
      authTagLength: CHUNK_TAG_LENGTH,
    });
    cipher.setAuthTag(sealed.subarray(length));
    const plain = cipher.update(sealed.subarray(0, length));
    try {
      cipher.final();
      return plain;
    } catch {
      plain.fill(0);
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#key[Symbol.dispose]();
  }

  /** 11 bytes of counter, then whether the chunk is the last. */
  #nonce(last: boolean): Uint8Array {
    const nonce = new Uint8Array(COUNTER_LENGTH + 1);
    new DataView(nonce.buffer).setBigUint64(COUNTER_LENGTH - 8, BigInt(this.#counter));
    nonce[COUNTER_LENGTH] = last ? 1 : 0;
    this.#counter += 1;
    return nonce;
  }
}

function assertChunk(length: number, last: boolean, counter: number): void {
  const fits = last ? length <= CHUNK_LENGTH && (length > 0 || counter === 0) : length === CHUNK_LENGTH;
  if (!fits) throw new RangeError(`a chunk of ${length} bytes`);
}
