import { hash } from "node:crypto";
import { hex } from "../bytes.ts";

const DIGEST = 32;
const EMPTY = hex(hash("sha256", new Uint8Array(), "buffer"));

/**
 * Merkle tree over entry hashes (RFC 6962 section 2.1), which remembers enough to give its root at
 * every earlier size. 64 bytes of memory a leaf.
 */
export class Tree {
  /** `#levels[k]` holds the hashes of the perfect subtrees of 2^k leaves, one after the other. */
  readonly #levels: DigestList[] = [];
  readonly #leafInput = Buffer.alloc(1 + DIGEST);
  readonly #nodeInput = Buffer.alloc(1 + 2 * DIGEST, 1);
  /** The root that was asked for last: plans and approvals that saw the same head ask for it again. */
  #last = { size: 0, root: EMPTY };

  /** Number of leaves. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Add the next leaf, a digest in hex. */
  append(leaf: string): void {
    if (!/^[0-9a-f]{64}$/.test(leaf)) throw new RangeError("a leaf has 32 bytes");
    this.#leafInput.write(leaf, 1, "hex");
    this.#push(0, hash("sha256", this.#leafInput, "buffer"));
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
      const left = this.#level(level).at(rest - 1);
      right = right === undefined ? left : this.#node(left, right);
    }
    if (right === undefined) throw new RangeError("a tree without leaves");
    this.#last = { size, root: hex(right) };
    return this.#last.root;
  }

  #push(level: number, digest: Uint8Array): void {
    const list = this.#level(level);
    list.push(digest);
    if (list.length % 2 !== 0) return;
    list.copy(list.length - 2, 2, this.#nodeInput, 1);
    this.#push(level + 1, hash("sha256", this.#nodeInput, "buffer"));
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

/** Digests side by side in one array that doubles as it grows. */
class DigestList {
  #bytes = Buffer.alloc(64 * DIGEST);
  length = 0;

  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * DIGEST, (index + 1) * DIGEST);
  }

  /** Copy `count` digests from `index` on. */
  copy(index: number, count: number, target: Uint8Array, start: number): void {
    this.#bytes.copy(target, start, index * DIGEST, (index + count) * DIGEST);
  }

  push(digest: Uint8Array): void {
    if ((this.length + 1) * DIGEST > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.length * DIGEST);
    this.length += 1;
  }
}
