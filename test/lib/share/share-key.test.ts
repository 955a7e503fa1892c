import { expect, test } from "vitest";
import { publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { type SharePlace, shareKey } from "../../../src/lib/share/share-key.ts";
import { plainShare } from "../../support/sharing.ts";

const PLACE: SharePlace = {
  vault: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21",
  quorum: "d94b1f0e-7a55-4d0c-8a3e-51c2b7f09e64",
  generation: 1,
  custodian: "alice",
};

function publicShareKey(x: number, place: SharePlace): string {
  using share = plainShare(x);
  return publicKeyOf(shareKey(share, place));
}

test("the share key of docs/formats/share-record.md", () => {
  expect(publicShareKey(1, PLACE)).toBe("ceb794c12da7c162b9e74a0a65cff4d6d918b0003fe0864ee217a79f41bbe834");
});

test.for([
  { other: "share", x: 2, place: PLACE },
  { other: "vault", x: 1, place: { ...PLACE, vault: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e22" } },
  { other: "quorum", x: 1, place: { ...PLACE, quorum: "d94b1f0e-7a55-4d0c-8a3e-51c2b7f09e65" } },
  { other: "generation (S2)", x: 1, place: { ...PLACE, generation: 2 } },
  { other: "custodian", x: 1, place: { ...PLACE, custodian: "bob" } },
])("another $other gives another key", ({ x, place }) => {
  expect(publicShareKey(x, place)).not.toBe(publicShareKey(1, PLACE));
});

test("S1: every share with one bit flipped gives another key", () => {
  const genuine = publicShareKey(1, PLACE);
  for (let bit = 0; bit < 8 * 33; bit++) {
    using share = plainShare(1);
    const bytes = share.bytes.reveal();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(publicKeyOf(shareKey(share, PLACE))).not.toBe(genuine);
  }
});
