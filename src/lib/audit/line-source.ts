import { concat, fromUtf8 } from "../bytes.ts";

/** Bytes that come one after the other: of a file, of standard input. */
export interface ByteSource {
  /** The next bytes, as many as there are place for; fewer only at the end. @returns the part of `into` that was read */
  read(into: Uint8Array): Uint8Array;
}

const PART = 64 * 1024;
const LINE_FEED = 0x0a;

/** Text that is read line by line, with memory for one line and a part of the next. */
export class LineSource {
  readonly #source: ByteSource;
  readonly #refuse: (line: number, problem: string) => Error;
  #ahead: Uint8Array = new Uint8Array();
  #ended = false;
  #line = 0;

  /** @param refuse makes the error to be thrown for a line, counted from 1 */
  constructor(source: ByteSource, refuse: (line: number, problem: string) => Error) {
    this.#source = source;
    this.#refuse = refuse;
  }

  /** Number of the line that was read last. */
  get line(): number {
    return this.#line;
  }

  /**
   * The next line, without its line feed.
   * @param limit of its bytes
   * @returns undefined at the end
   * @throws what `refuse` makes: longer, not ended by a line feed, or not UTF-8
   */
  next(limit: number): string | undefined {
    this.#line += 1;
    const parts: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const end = this.#ahead.indexOf(LINE_FEED);
      const part = end === -1 ? this.#ahead : this.#ahead.subarray(0, end);
      length += part.length;
      if (length > limit) throw this.#refuse(this.#line, `longer than ${limit} bytes`);
      parts.push(part);
      if (end !== -1) {
        this.#ahead = this.#ahead.subarray(end + 1);
        return this.#decoded(parts);
      }
      if (!this.#fill()) {
        if (length > 0) throw this.#refuse(this.#line, "is cut off: it has no line feed");
        return undefined;
      }
    }
  }

  #fill(): boolean {
    if (this.#ended) return false;
    this.#ahead = this.#source.read(new Uint8Array(PART));
    this.#ended = this.#ahead.length < PART;
    return this.#ahead.length > 0;
  }

  #decoded(parts: readonly Uint8Array[]): string {
    const [only] = parts;
    try {
      return fromUtf8(parts.length === 1 && only !== undefined ? only : concat(...parts));
    } catch {
      throw this.#refuse(this.#line, "is not UTF-8");
    }
  }
}
