import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tree } from "../../../src/lib/audit/tree.ts";

/** The eight leaves of the reference implementation of Certificate Transparency (merkletree tests), in hex. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
/** And its roots over the first 0 to 8 of them. */
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The definition, word by word (RFC 6962 section 2.1). */
function merkleTreeHash(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), first);
  let k = 1; // the largest power of two smaller than n
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), merkleTreeHash(leaves.slice(0, k)), merkleTreeHash(leaves.slice(k)));
}

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

function treeOf(leaves: readonly Uint8Array[]): Tree {
  const tree = new Tree();
  for (const leaf of leaves) tree.append(Buffer.from(leaf).toString("hex"));
  return tree;
}

describe("the definition that the tree is compared with", () => {
  test.for(ROOTS.map((root, size) => ({ size, root })))(
    "gives the reference's root of $size leaves",
    ({ size, root }) => {
      expect(merkleTreeHash(LEAVES.slice(0, size).map((leaf) => Buffer.from(leaf, "hex"))).toString("hex")).toBe(root);
    },
  );
});

test("an empty tree has the root of nothing", () => {
  expect(new Tree().root()).toBe(ROOTS[0]);
  expect(new Tree().size).toBe(0);
});

test("the root is that of the definition, and stays so for every earlier size", () => {
  fc.assert(
    fc.property(fc.array(digest, { maxLength: 70 }), (leaves) => {
      const tree = treeOf(leaves);
      expect(tree.size).toBe(leaves.length);
      for (let size = 0; size <= leaves.length; size++) {
        expect(tree.root(size)).toBe(merkleTreeHash(leaves.slice(0, size)).toString("hex"));
      }
      expect(tree.root()).toBe(tree.root(leaves.length));
    }),
    { numRuns: 50 },
  );
});

test.for([1023, 1024, 1025, 4097])("%i leaves, beyond the first growth of each level", (count) => {
  const leaves = Array.from({ length: count }, (_, i) => createHash("sha256").update(String(i)).digest());
  const tree = treeOf(leaves);
  for (const size of [1, 63, 64, 65, 127, 128, 129, count - 1, count]) {
    expect(tree.root(size)).toBe(merkleTreeHash(leaves.slice(0, size)).toString("hex"));
  }
});

test("a root is remembered while the tree grows", () => {
  const tree = new Tree();
  const roots: string[] = [tree.root()];
  for (let i = 0; i < 100; i++) {
    tree.append(createHash("sha256").update(String(i)).digest("hex"));
    roots.push(tree.root());
  }
  expect(roots.map((_, size) => tree.root(size))).toEqual(roots);
  expect(new Set(roots).size).toBe(roots.length);
});

test.for([-1, 1.5, 4, Number.NaN])("there is no root at size %f of 3", (size) => {
  const tree = treeOf([1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)));
  expect(() => tree.root(size)).toThrow(RangeError);
});

test.for(["", "00", "zz".repeat(32), "AB".repeat(32), "ab".repeat(33)])("%j is no leaf", (leaf) => {
  expect(() => new Tree().append(leaf)).toThrow(/^(?:a leaf has 32 bytes|not lower-case hexadecimal)$/);
});
