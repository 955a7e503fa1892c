import fc from "fast-check";
import { Secret } from "../../src/lib/secret.ts";
import { Share } from "../../src/lib/share/share.ts";

/** A secret that can be split. */
export const plaintext = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** A threshold, a total, and the indices of shares presented: as many as the threshold, in any order. */
export const sharing = fc.integer({ min: 2, max: 255 }).chain((total) =>
  fc.integer({ min: 2, max: Math.min(total, 12) }).chain((threshold) =>
    fc.record({
      threshold: fc.constant(threshold),
      total: fc.constant(total),
      present: fc.uniqueArray(fc.nat(total - 1), { minLength: threshold, maxLength: threshold }),
    }),
  ),
);

/** All subsets of the numbers 0 to `count` - 1. */
export function subsetsOf(count: number): number[][] {
  return Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => bits & (1 << i)),
  );
}

/** An independent owner of the same share. */
export function copyOf(share: Share): Share {
  return new Share(share.bytes.slice(0));
}

/** The share of the secret 0, 1, ... 31 whose other coefficients are 1, so that y is the secret's byte XOR x. */
export function plainShare(x: number): Share {
  return new Share(new Secret(Uint8Array.of(...Array.from({ length: 32 }, (_, i) => i ^ x), x)));
}
