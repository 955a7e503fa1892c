import { inspect } from "node:util";

/**
 * Owner of secret bytes: zeroed when the block of its `using` ends, also on a throw.
 *
 * Zeroing in JavaScript is best effort: a copy that the runtime or a library made is not reached.
 */
export class Secret implements Disposable {
  #bytes: Uint8Array | undefined;

  /** @param bytes taken over: the caller must not use or keep them, and they must not be a pooled Buffer */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** In bytes. */
  get length(): number {
    return this.reveal().length;
  }

  /**
   * The bytes themselves, not a copy: to be used in the expression that needs them, never kept.
   * @throws {TypeError} used after its end
   */
  reveal(): Uint8Array {
    if (this.#bytes === undefined) throw new TypeError("secret used after its end");
    return this.#bytes;
  }

  /** An independent owner of a copy of `reveal().subarray(start, end)`. */
  slice(start: number, end?: number): Secret {
    return new Secret(Uint8Array.from(this.reveal().subarray(start, end)));
  }

  [Symbol.dispose](): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
