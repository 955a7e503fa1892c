import { createHash } from "node:crypto";
import { concat, release } from "../bytes.ts";
import { ageHeaderEnd, newAgeHeader, openAgeHeader } from "../crypto/age-header.ts";
import {
  AgeStream,
  CHUNK_LENGTH,
  CHUNK_TAG_LENGTH,
  newPayloadNonce,
  PAYLOAD_NONCE_LENGTH,
  payloadLength,
} from "../crypto/age-stream.ts";
import { FileSink, FileSource } from "../host/stream-file.ts";
import { LIMITS } from "../limits.ts";
import type { Secret } from "../secret.ts";
import { backupError } from "./backup-error.ts";
import { type HashedBackup, headOf } from "./backup-file.ts";

type Progress = ((done: number, total: number) => void) | undefined;

/**
 * Seal a file into a new one, an age file (C2SP age), with constant memory.
 *
 * @param recipient hybrid age recipient
 * @returns size in bytes, and SHA-256, of what was written
 */
export async function sealPayload(
  from: string,
  to: string,
  recipient: string,
  progress?: Progress,
): Promise<{ size: number; sha256: string }> {
  const header = await newAgeHeader(recipient);
  using fileKey = header.fileKey;
  using source = new FileSource(from);
  using sink = new FileSink(to);
  const nonce = newPayloadNonce();
  using stream = new AgeStream(fileKey, nonce);
  const hash = createHash("sha256");
  const put = (bytes: Uint8Array) => {
    hash.update(bytes);
    sink.write(bytes);
    release(bytes);
  };
  put(concat(header.bytes, nonce));
  const into = new Uint8Array(CHUNK_LENGTH);
  for (let done = 0; ; ) {
    const chunk = source.read(into);
    done += chunk.length;
    const last = done >= source.size;
    put(stream.seal(chunk, last));
    progress?.(done, source.size);
    if (last) return { size: header.bytes.length + payloadLength(done), sha256: hash.digest("hex") };
  }
}

/**
 * Open the payload of a backup into a new file (mode 0600), with constant memory.
 *
 * @param seed of the backup identity, 32 bytes; stays the caller's
 * @throws IntegrityError altered, cut off, swapped since it was hashed, or not sealed to this identity; what was
 *   written is then the caller's to remove, and to trust nothing of
 */
export async function openPayload(file: HashedBackup, to: string, seed: Secret, progress?: Progress): Promise<void> {
  const { path } = file;
  using source = new FileSource(path);
  const { file: again, headBytes, rest } = headOf(source);
  const input = new Input(source, rest);
  const hash = createHash("sha256").update(headBytes);
  const next = (length: number) => {
    const bytes = input.take(length);
    if (bytes.length < length) throw backupError(path, "changed while it was read");
    hash.update(bytes);
    return bytes;
  };
  if (again.size !== file.size) throw backupError(path, "another file than before");

  const headerEnd = ageHeaderEnd(input.peek(LIMITS.ageHeaderBytes));
  if (headerEnd === undefined) throw backupError(path, "the payload is not an age file");
  using fileKey = await openAgeHeader(next(headerEnd).slice(), seed);
  if (fileKey === undefined)
    throw backupError(
      path,
      "the payload is not sealed to the backup identity of this quorum, or its header is altered",
    );
  using stream = new AgeStream(fileKey, next(PAYLOAD_NONCE_LENGTH).slice());
  using sink = new FileSink(to);
  const total = again.head.payload.size - headerEnd - PAYLOAD_NONCE_LENGTH;
  for (let done = 0; done < total || done === 0; ) {
    const sealed = next(Math.min(CHUNK_LENGTH + CHUNK_TAG_LENGTH, total - done));
    done += sealed.length;
    const plain = sealed.length === 0 ? undefined : stream.open(sealed, done >= total);
    if (plain === undefined)
      throw backupError(
        path,
        `the payload is altered at byte ${again.headLength + headerEnd + PAYLOAD_NONCE_LENGTH + done}`,
      );
    sink.write(plain);
    plain.fill(0);
    release(plain);
    progress?.(done, total);
  }
  if (hash.digest("hex") !== file.sha256) throw backupError(path, "another file than before: it was swapped meanwhile");
}

/** Bytes that were read already, then those of the file. */
class Input {
  readonly #source: FileSource;
  #ahead: Uint8Array;
  readonly #into = new Uint8Array(CHUNK_LENGTH + CHUNK_TAG_LENGTH);

  constructor(source: FileSource, ahead: Uint8Array) {
    this.#source = source;
    this.#ahead = ahead;
  }

  /** The bytes that come next, `length` if there are so many. */
  peek(length: number): Uint8Array {
    if (this.#ahead.length < length) {
      const more = this.#source.read(new Uint8Array(length - this.#ahead.length));
      this.#ahead = concat(this.#ahead, more);
    }
    return this.#ahead.subarray(0, length);
  }

  /** Take them. @returns a view that the next call overwrites */
  take(length: number): Uint8Array {
    if (this.#ahead.length === 0 && length <= this.#into.length)
      return this.#source.read(this.#into.subarray(0, length));
    const taken = this.peek(length);
    this.#ahead = this.#ahead.subarray(taken.length);
    return taken;
  }
}
