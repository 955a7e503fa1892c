import { closeSync, constants, fstatSync, fsyncSync, openSync, read, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { ConclaveError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { explainIo, ioExplained } from "./files.ts";

const readSoon = promisify(read);

/** A regular file of any size that is read from its beginning, by parts. */
export class FileSource implements ByteSource {
  readonly path: string;
  /** In bytes, when it was opened. */
  readonly size: number;
  readonly #file: number;

  /** @throws ConclaveError NOT_FOUND, INPUT_MALFORMED (no regular file), HOST_IO */
  constructor(path: string) {
    this.path = path;
    this.#file = ioExplained(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    try {
      const status = ioExplained(path, () => fstatSync(this.#file));
      this.size = status.size;
      if (!status.isFile()) throw new ConclaveError("INPUT_MALFORMED", `${path}: not a regular file`);
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /**
   * The next bytes, as many as there are place for; fewer only at the end.
   * @param into overwritten
   * @returns the part of `into` that was read
   */
  read(into: Uint8Array): Uint8Array {
    return ioExplained(this.path, () => {
      let length = 0;
      while (length < into.length) {
        const count = readSync(this.#file, into, length, into.length - length, null);
        if (count === 0) break;
        length += count;
      }
      return into.subarray(0, length);
    });
  }

  /** The same, while the process goes on; one at a time. */
  async readSoon(into: Uint8Array): Promise<Uint8Array> {
    try {
      let length = 0;
      while (length < into.length) {
        const { bytesRead } = await readSoon(this.#file, into, length, into.length - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return into.subarray(0, length);
    } catch (error) {
      throw explainIo(error, this.path);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** A new file (mode 0600) that is written by parts. */
export class FileSink implements Disposable {
  readonly path: string;
  readonly #file: number;

  /** @throws ConclaveError EXISTS, HOST_PREFLIGHT (a link), HOST_IO */
  constructor(path: string) {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    this.path = path;
    this.#file = ioExplained(path, () => openSync(path, flags, 0o600));
  }

  write(bytes: Uint8Array): void {
    ioExplained(this.path, () => {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.#file, bytes, offset);
    });
  }

  /** Make what was written durable; the name is not yet. */
  sync(): void {
    ioExplained(this.path, () => fsyncSync(this.#file));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
