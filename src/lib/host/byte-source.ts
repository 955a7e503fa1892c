import { ConclaveError } from "../errors.ts";

/** Bytes of a known number that are read once, from their beginning. */
export interface ByteSource extends Disposable {
  /** What it is called in messages. */
  readonly path: string;
  /** In bytes, as it was when it was opened. */
  readonly size: number;
  /**
   * The next bytes, as many as there are place for; fewer only at the end. One call at a time.
   * @param into overwritten; not to be touched before it ends
   * @returns the part of `into` that was read
   */
  readSoon(into: Uint8Array): Promise<Uint8Array>;
}

/** Where bytes come from that may be read several times. */
export interface Rereadable {
  /** In bytes. */
  readonly size: number;
  /** @returns the caller's to dispose of */
  open(): ByteSource;
}

/**
 * The bytes of a source by portions; while one is in use the next is being read.
 *
 * @param lengths of the portions, each asked for once
 * @yields views, each overwritten by the next but one
 * @throws ConclaveError INPUT_MALFORMED: there are fewer bytes
 */
export async function* portionsOf(source: ByteSource, lengths: Iterable<number>): AsyncGenerator<Uint8Array> {
  const buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  const wanted = lengths[Symbol.iterator]();
  let pending = begin();
  try {
    while (pending !== undefined) {
      const portion = await pending.read;
      if (portion.length < pending.length)
        throw new ConclaveError("INPUT_MALFORMED", `${source.path}: became shorter while it was read`);
      pending = begin();
      yield portion;
    }
  } finally {
    await pending?.read.catch(() => undefined); // whoever stopped knows why; the file may be closed from here on
  }

  function begin(): { length: number; read: Promise<Uint8Array> } | undefined {
    const { value: length, done } = wanted.next();
    if (done === true) return undefined;
    const buffer = buffers[0].length < length ? new Uint8Array(length) : buffers[0];
    buffers[0] = buffers[1];
    buffers[1] = buffer;
    const read = source.readSoon(buffer.subarray(0, length));
    read.catch(() => undefined); // it is awaited later
    return { length, read };
  }
}

/** Lengths of portions that all have as many bytes as `step`, but the last. */
export function* evenly(total: number, step: number): Generator<number> {
  for (let at = 0; at < total; at += step) yield Math.min(step, total - at);
}
