import { createHash, createHmac, type Hmac, hash } from "node:crypto";
import { fromHex } from "../bytes.ts";
import type { Secret } from "../secret.ts";
import { type HashThread, PIECE_BYTES } from "./hash-thread.ts";

/**
 * HMAC-SHA-256 (FIPS 198-1) of the SHA-256 digests of each MiB of a text, one after the other: a list of hashes, which two
 * cores make in little more than half of the time. It binds as SHA-256 does, for texts of one length.
 */
export class PieceHmac {
  readonly #hmac: Hmac;
  readonly #thread: HashThread | undefined;
  /** A piece of which only the beginning is known. */
  #begun = createHash("sha256");
  #filled = 0;
  /** Pieces that were given; those of which the digest waits for that of one before; the first that is missing. */
  #given = 0;
  readonly #waiting = new Map<number, string>();
  #missing = 0;
  #last: Promise<void> | undefined;

  /**
   * @param key stays the caller's
   * @param thread hashes some of the pieces; stays the caller's
   */
  constructor(key: Secret, thread?: HashThread) {
    this.#hmac = createHmac("sha256", key.reveal());
    this.#thread = thread;
  }

  /** The text, part by part; parts of a piece each are fastest. */
  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + PIECE_BYTES - this.#filled);
      at += part.length;
      if (part.length === PIECE_BYTES) this.#hashPiece(part);
      else this.#hashPart(part);
    }
  }

  /** After the last part, once. @returns 64 lower-case hexadecimal digits */
  async digest(): Promise<string> {
    if (this.#filled > 0) this.#put(this.#given, this.#begun.digest("hex"));
    await this.#last; // the thread answers in order
    return this.#hmac.digest("hex");
  }

  #hashPiece(piece: Uint8Array): void {
    const index = this.#given++;
    const answer = this.#thread?.tryHash(piece);
    if (answer === undefined) return this.#put(index, hash("sha256", piece));
    this.#last = answer.then((digest) => this.#put(index, digest));
    this.#last.catch(() => undefined); // it is awaited later
  }

  #hashPart(part: Uint8Array): void {
    this.#begun.update(part);
    this.#filled += part.length;
    if (this.#filled < PIECE_BYTES) return;
    this.#put(this.#given++, this.#begun.digest("hex"));
    this.#begun = createHash("sha256");
    this.#filled = 0;
  }

  #put(index: number, digest: string): void {
    this.#waiting.set(index, digest);
    for (let next: string | undefined; (next = this.#waiting.get(this.#missing)) !== undefined; this.#missing++) {
      this.#hmac.update(fromHex(next));
      this.#waiting.delete(this.#missing);
    }
  }
}
