import { concat } from "../bytes.ts";
import { HashThread } from "../crypto/hash-thread.ts";
import type { BytesCheck } from "../crypto/same-bytes.ts";
import {
  isStreamHeader,
  newStreamHeader,
  plainSegments,
  SegmentStream,
  sealedSegments,
  streamHeaderLength,
} from "../crypto/segment-stream.ts";
import { portionsOf, type Rereadable } from "../host/byte-source.ts";
import type { Secret } from "../secret.ts";
import type { ActOutput } from "../vault/unlocked.ts";
import { bindingOf, type EncryptedHead, writeEncryptedHead } from "./encrypted-file.ts";
import { parametersOf } from "./file-secret.ts";

/** What a file is encrypted, or opened, with. */
export interface FileCipher {
  head: EncryptedHead;
  /** SHA-256 of the associated data, if there are any. */
  associatedData: string | undefined;
  /** Stays its owner's. */
  secret: Secret;
}

type Progress = ((done: number, total: number) => void) | undefined;

/**
 * Encrypt an input, with constant memory.
 * @param check fed with what was read, if anybody asks for it
 * @returns SHA-256 and bytes of what was written
 * @throws ConclaveError INPUT_MALFORMED, HOST_IO
 */
export async function encryptFile(
  input: Rereadable,
  output: ActOutput,
  { head, associatedData, secret }: FileCipher,
  check: BytesCheck | undefined,
  progress: Progress,
): Promise<{ sha256: string; size: number }> {
  const parameters = parametersOf(secret);
  const header = newStreamHeader(parameters);
  using stream = new SegmentStream(parameters, secret, header, bindingOf(head, associatedData));
  using source = input.open();
  await using made = new HashThread();
  let [size, done] = [0, 0];
  const put = async (parts: readonly Uint8Array[]) => {
    for (const { length } of parts) size += length;
    await made.update(parts);
    await output.write(parts);
  };
  await put([concat(writeEncryptedHead(head), header)]);
  for await (const plain of portionsOf(source, plainSegments(parameters, input.size))) {
    check?.update(plain);
    done += plain.length;
    await put(stream.seal(plain, done === input.size));
    progress?.(done, input.size);
  }
  return { sha256: await made.digest(), size };
}

/**
 * Decrypt an input, with constant memory. It is read to its end even if it doesn't open, so that `check` says whether
 * it was the right one.
 *
 * @param headLength bytes that the head has in the file
 * @param check fed with what was read
 * @returns how many bytes were written; undefined if any of it is altered, cut off, or of another key or other
 *   associated data: what was written is then to be thrown away
 * @throws ConclaveError INPUT_MALFORMED, HOST_IO
 */
export async function decryptFile(
  input: Rereadable,
  headLength: number,
  output: ActOutput,
  { head, associatedData, secret }: FileCipher,
  check: BytesCheck,
  progress: Progress,
): Promise<number | undefined> {
  const parameters = parametersOf(secret);
  using source = input.open();
  using owned = new DisposableStack();
  const start = Math.min(input.size, headLength + streamHeaderLength(parameters));
  let [stream, written, done]: [SegmentStream | undefined, number, number] = [undefined, 0, 0];
  let intact = true;
  const lengths = [start, ...sealedSegments(parameters, input.size - start)];
  for await (const portion of portionsOf(source, lengths)) {
    check.update(portion);
    done += portion.length;
    if (done === start) {
      const header = portion.subarray(headLength);
      const same = Buffer.compare(portion.subarray(0, headLength), writeEncryptedHead(head)) === 0;
      intact = same && isStreamHeader(parameters, header) && input.size > start;
      if (intact) stream = owned.use(new SegmentStream(parameters, secret, header, bindingOf(head, associatedData)));
      continue;
    }
    const plain = intact ? stream?.open(portion, done === input.size) : undefined;
    if (plain === undefined) {
      intact = false;
      continue;
    }
    for (const part of plain) written += part.length;
    await output.write(plain);
    progress?.(done, input.size);
  }
  return intact ? written : undefined;
}
