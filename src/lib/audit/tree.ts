import { hash } from "node:crypto";
import { hex } from "../bytes.ts";

const DIGEST = 32;
/** Digests in one part of a list. */
const PART = 1024;
const EMPTY = hex(hash("sha256", new Uint8Array(), "buffer"));

/**
 * Merkle tree over entry hashes (RFC 6962 section 2.1), which remembers enough to give its root at
 * every earlier size. 32 bytes of memory a leaf.
 */
export class Tree {
  /**
   * `#levels[k]` holds the hashes of the perfect subtrees of 2^k leaves, one after the other: of those only that are left
   * children. A right one is needed until its parent is known, never again.
   */
  readonly #levels: DigestList[] = [];
  #size = 0;
  readonly #leafInput = Buffer.alloc(1 + DIGEST);
  readonly #nodeInput = Buffer.alloc(1 + 2 * DIGEST, 1);
  /** The root that was asked for last: plans and approvals that saw the same head ask for it again. */
  #last = { size: 0, root: EMPTY };

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Add the next leaf, a digest in hex. */
  append(leaf: string): void {
    if (!/^[0-9a-f]{64}$/.test(leaf)) throw new RangeError("a leaf has 32 bytes");
    this.#leafInput.write(leaf, 1, "hex");
    this.#size += 1;
    let digest: Uint8Array = hash("sha256", this.#leafInput, "buffer");
    let level = 0;
    for (let count = this.#size; count % 2 === 0; level++, count /= 2) {
      digest = this.#node(this.#level(level).at(count / 2 - 1), digest);
    }
    this.#level(level).push(digest);
  }

  /**
   * The root over the first `size` leaves, in hex.
   * @param size 0 to `this.size`
   */
  root(size: number = this.size): string {
    if (!Number.isInteger(size) || size < 0 || size > this.size)
      throw new RangeError(`no root at size ${size} of ${this.size}`);
    if (size === 0) return EMPTY;
    if (size === this.#last.size) return this.#last.root;

    let right: Uint8Array | undefined;
    for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const left = this.#level(level).at((rest - 1) / 2);
      right = right === undefined ? left : this.#node(left, right);
    }
    if (right === undefined) throw new RangeError("a tree without leaves");
    this.#last = { size, root: hex(right) };
    return this.#last.root;
  }

  #node(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#nodeInput.set(left, 1);
    this.#nodeInput.set(right, 1 + DIGEST);
    return hash("sha256", this.#nodeInput, "buffer");
  }

  #level(level: number): DigestList {
    let list = this.#levels[level];
    if (list === undefined) {
      list = new DigestList();
      this.#levels[level] = list;
    }
    return list;
  }
}

/** Digests side by side, in parts of equal length. */
class DigestList {
  readonly #parts: Buffer[] = [];
  #length = 0;

  at(index: number): Uint8Array {
    const start = (index % PART) * DIGEST;
    return this.#part(index).subarray(start, start + DIGEST);
  }

  push(digest: Uint8Array): void {
    if (this.#length % PART === 0) this.#parts.push(Buffer.alloc(PART * DIGEST));
    this.#part(this.#length).set(digest, (this.#length % PART) * DIGEST);
    this.#length += 1;
  }

  #part(index: number): Buffer {
    const part = this.#parts[Math.floor(index / PART)];
    if (part === undefined) throw new RangeError(`no digest ${index}`);
    return part;
  }
}
