import fc from "fast-check";
import { hex } from "../../src/lib/bytes.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { ShareRecord } from "../../src/lib/share/record.ts";
import { Share } from "../../src/lib/share/share.ts";

/** Records of all that there can be. */
export const records: fc.Arbitrary<ShareRecord> = fc.integer({ min: 2, max: 255 }).chain((total) =>
  fc
    .record({
      rehearsal: fc.boolean(),
      vaultPrefix: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(hex),
      quorumTag: fc.uint8Array({ minLength: 2, maxLength: 2 }).map(hex),
      generation: fc.integer({ min: 0, max: 65_535 }),
      threshold: fc.integer({ min: 2, max: total }),
      total: fc.constant(total),
      y: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      x: fc.integer({ min: 1, max: 255 }),
    })
    .map(({ y, x, ...fields }) => ({ ...fields, share: new Share(new Secret(Uint8Array.of(...y, x))) })),
);

/** All that a record says, with the share's bytes in the open. */
export function openly({ share, ...rest }: ShareRecord) {
  return { ...rest, share: hex(share.bytes.reveal()) };
}
