import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { concat } from "../bytes.ts";
import type { Secret } from "../secret.ts";
import { openByGcm, sealByGcm, GCM_TAG_LENGTH as TAG_LENGTH } from "./aes-gcm.ts";
import { randomBytes } from "./random.ts";
import { view } from "./signature.ts";

/** What of Tink's AES-GCM-HKDF streaming AEAD can be chosen. */
export interface StreamParameters {
  hash: "sha1" | "sha256" | "sha512";
  /** Bytes of the AES key of one file, and of its salt. */
  keyLength: 16 | 24 | 32;
  /** Bytes of a sealed segment, its tag too; the header counts as a part of the first. */
  segmentLength: number;
}

const PREFIX_LENGTH = 7;
/** The counter has 32 bits. */
const MOST_SEGMENTS = 2 ** 32;

/** How Conclave's files are encrypted: Tink's template AES256_GCM_HKDF_1MB, for other AES keys with their length. */
export function fileParameters(keyLength: 16 | 24 | 32): StreamParameters {
  return { hash: "sha256", keyLength, segmentLength: 1024 * 1024 };
}

/** Bytes before the first segment: their own number, the salt, the prefix of the nonces. */
export function streamHeaderLength({ keyLength }: StreamParameters): number {
  return 1 + keyLength + PREFIX_LENGTH;
}

export function newStreamHeader(parameters: StreamParameters): Uint8Array {
  const length = streamHeaderLength(parameters);
  return concat(Uint8Array.of(length), randomBytes(length - 1));
}

/** Bytes of a whole stream, the header too, of so many bytes of plaintext. */
export function streamLength(parameters: StreamParameters, plaintext: number): number {
  const header = streamHeaderLength(parameters);
  const segments = Math.ceil((header + plaintext) / (parameters.segmentLength - TAG_LENGTH));
  return header + plaintext + TAG_LENGTH * segments;
}

/** Bytes of plaintext of each segment, one after the other. @param total bytes of plaintext */
export function* plainSegments(parameters: StreamParameters, total: number): Generator<number> {
  let room = parameters.segmentLength - TAG_LENGTH - streamHeaderLength(parameters);
  let left = total;
  do {
    const length = Math.min(room, left);
    yield length;
    left -= length;
    room = parameters.segmentLength - TAG_LENGTH;
  } while (left > 0);
}

/** Bytes of each sealed segment, one after the other. @param total bytes of all of them, without the header */
export function* sealedSegments(parameters: StreamParameters, total: number): Generator<number> {
  let room = parameters.segmentLength - streamHeaderLength(parameters);
  for (let left = total; left > 0; left -= room, room = parameters.segmentLength) yield Math.min(room, left);
}

/**
 * The segments of one stream of Tink's AES-GCM-HKDF streaming AEAD (Hoang and Shen, CCS 2020), one after the other:
 * AES-GCM under a key of their own by HKDF, the place of each and whether it is the last in its nonce.
 */
export class SegmentStream implements Disposable {
  readonly parameters: StreamParameters;
  readonly #key: KeyObject;
  readonly #prefix: Uint8Array;
  #next = 0;

  /**
   * @param secret as long as a file's AES key at least; stays the caller's
   * @param header what stands before the segments; see `isStreamHeader`
   * @param associated what the stream is bound to; 1024 bytes at most, Node's limit
   */
  constructor(parameters: StreamParameters, secret: Secret, header: Uint8Array, associated: Uint8Array) {
    if (!isStreamHeader(parameters, header)) throw new RangeError("not the header of a stream");
    if (secret.length < parameters.keyLength) throw new RangeError("a secret shorter than the key derived from it");
    this.parameters = parameters;
    const salt = header.subarray(1, 1 + parameters.keyLength);
    const key = new Uint8Array(hkdfSync(parameters.hash, secret.reveal(), salt, associated, parameters.keyLength));
    this.#key = createSecretKey(view(key));
    key.fill(0);
    this.#prefix = Uint8Array.from(header.subarray(1 + parameters.keyLength));
  }

  /** Bytes of plaintext that the next segment holds; the last one may hold fewer. */
  get room(): number {
    return this.sealedRoom - TAG_LENGTH;
  }

  /** Bytes that the next segment has when sealed; the last one may have fewer. */
  get sealedRoom(): number {
    const { segmentLength } = this.parameters;
    return this.#next === 0 ? segmentLength - streamHeaderLength(this.parameters) : segmentLength;
  }

  /**
   * Seal the next segment.
   * @param last whether no other follows
   * @returns its bytes, in pieces
   */
  seal(plain: Uint8Array, last: boolean): Uint8Array[] {
    if (last ? plain.length > this.room || (plain.length === 0 && this.#next > 0) : plain.length !== this.room)
      throw new RangeError(`a segment of ${plain.length} bytes`);
    return sealByGcm(this.#key, this.#nonce(last), plain);
  }

  /** Open the next segment. @returns its bytes, in pieces; undefined if it is altered, out of place, or of another key */
  open(sealed: Uint8Array, last: boolean): Uint8Array[] | undefined {
    const length = sealed.length - TAG_LENGTH;
    if (length < 0 || (length === 0 && this.#next > 0)) return undefined;
    if (last ? length > this.room : length !== this.room) throw new RangeError(`a segment of ${sealed.length} bytes`);
    return openByGcm(this.#key, this.#nonce(last), sealed);
  }

  /** The key lies outside the JavaScript heap, until it is collected: nothing more is asked for it from here on. */
  [Symbol.dispose](): void {
    this.#next = MOST_SEGMENTS;
  }

  /** 7 bytes of prefix, 4 of counter, then whether the segment is the last. */
  #nonce(last: boolean): Uint8Array {
    if (this.#next >= MOST_SEGMENTS) throw new RangeError("a stream of too many segments");
    const nonce = concat(this.#prefix, new Uint8Array(5));
    new DataView(nonce.buffer).setUint32(PREFIX_LENGTH, this.#next);
    nonce[PREFIX_LENGTH + 4] = last ? 1 : 0;
    this.#next += 1;
    return nonce;
  }
}

/** Whether bytes can be the header of a stream: of the right length, which they name. */
export function isStreamHeader(parameters: StreamParameters, header: Uint8Array): boolean {
  const length = streamHeaderLength(parameters);
  return header.length === length && header[0] === length;
}
