import { closeSync, constants, openSync, read, unlinkSync, write } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ephemeralCipher } from "../crypto/ephemeral-cipher.ts";
import type { ByteSource } from "./byte-source.ts";
import { explainIo, ioExplained, removeIfThere } from "./files.ts";

const readSoon = promisify(read);
const writeSoon = promisify(write);

/**
 * Bytes that can't be read twice, or must not be seen yet, kept in a file without a name: it is unlinked as soon as it
 * is open, so that nobody else finds it and nothing of it stays. On the disk lies AES-256-CTR under a key that only
 * this object has.
 */
export class Spool implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #cipher = ephemeralCipher();
  readonly #writing = this.#cipher();
  #size = 0;
  #closed = false;

  /** @param folder private to us. @throws ConclaveError NOT_FOUND, HOST_IO */
  constructor(folder: string) {
    this.#path = join(folder, `.spool.${process.pid}`);
    this.#file = ioExplained(this.#path, () => {
      removeIfThere(this.#path);
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW;
      const file = openSync(this.#path, flags, 0o600);
      unlinkSync(this.#path);
      return file;
    });
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#size;
  }

  /** Write parts after what was written. @throws ConclaveError HOST_IO */
  async write(parts: readonly Uint8Array[]): Promise<void> {
    try {
      for (const part of parts) {
        const sealed = this.#writing.update(part);
        for (let at = 0; at < sealed.length; ) {
          const { bytesWritten } = await writeSoon(this.#file, sealed, at, sealed.length - at, this.#size + at);
          at += bytesWritten;
        }
        this.#size += sealed.length;
      }
    } catch (error) {
      throw explainIo(error, this.#path);
    }
  }

  /** What was written, from its beginning; no more is written while it is read. */
  open(): ByteSource {
    const cipher = this.#cipher();
    let position = 0;
    return {
      path: "what came through a pipe",
      size: this.#size,
      readSoon: async (into) => {
        let length = 0;
        try {
          while (length < into.length) {
            const { bytesRead } = await readSoon(this.#file, into, length, into.length - length, position);
            if (bytesRead === 0) break;
            position += bytesRead;
            length += bytesRead;
          }
        } catch (error) {
          throw explainIo(error, this.#path);
        }
        const sealed = into.subarray(0, length);
        sealed.set(cipher.update(sealed)); // in counter mode, opening is sealing
        return sealed;
      },
      [Symbol.dispose]: () => undefined, // the file stays the spool's
    };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }
}
