import { hash } from "node:crypto";
import { fromHex, hex } from "../bytes.ts";

const DIGEST = 32;
const EMPTY = hex(hash("sha256", new Uint8Array(), "buffer"));

/**
 * Merkle tree over entry hashes (RFC 6962 section 2.1), which remembers enough to give its root at
 * every earlier size. 64 bytes of memory a leaf.
 */
export class Tree {
  /** `#levels[k]` holds the hashes of the perfect subtrees of 2^k leaves, one after the other. */
  readonly #levels: DigestList[] = [];

  /** Number of leaves. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Add the next leaf, a digest in hex. */
  append(leaf: string): void {
    const data = fromHex(leaf);
    if (data.length !== DIGEST) throw new RangeError(`a leaf has ${DIGEST} bytes`);
    this.#push(0, leafHash(data));
  }

  /**
   * The root over the first `size` leaves, in hex.
   * @param size 0 to `this.size`
   */
  root(size: number = this.size): string {
    if (!Number.isInteger(size) || size < 0 || size > this.size)
      throw new RangeError(`no root at size ${size} of ${this.size}`);
    if (size === 0) return EMPTY;

    let right: Uint8Array | undefined;
    for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const left = this.#level(level).at(rest - 1);
      right = right === undefined ? left : nodeHash(left, right);
    }
    if (right === undefined) throw new RangeError("a tree without leaves");
    return hex(right);
  }

  #push(level: number, digest: Uint8Array): void {
    const list = this.#level(level);
    list.push(digest);
    if (list.length % 2 === 0) this.#push(level + 1, nodeHash(list.at(list.length - 2), digest));
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
  #bytes = new Uint8Array(64 * DIGEST);
  length = 0;

  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * DIGEST, (index + 1) * DIGEST);
  }

  push(digest: Uint8Array): void {
    if ((this.length + 1) * DIGEST > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.length * DIGEST);
    this.length += 1;
  }
}

function leafHash(data: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + DIGEST);
  input.set(data, 1);
  return hash("sha256", input, "buffer");
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * DIGEST);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + DIGEST);
  return hash("sha256", input, "buffer");
}
