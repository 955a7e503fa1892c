import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../../src/lib/secret.ts";
import {
  combineShares,
  DoubledShareError,
  QuorumNotMetError,
  shamirSelfTest,
  splitSecret,
} from "../../../src/lib/share/shamir.ts";
import { Share } from "../../../src/lib/share/share.ts";
import { leadingZeros } from "../../support/leading-zeros.ts";
import { copyOf, plainShare, plaintext, sharing, subsetsOf } from "../../support/sharing.ts";

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);

async function split(threshold: number, total: number): Promise<Share[]> {
  using secret = new Secret(SECRET.slice());
  return await splitSecret(secret, threshold, total);
}

test("any threshold of shares, in any order, rebuilds the secret", async () => {
  await fc.assert(
    fc.asyncProperty(plaintext, sharing, async (plain, { threshold, total, present }) => {
      using secret = new Secret(plain.slice());
      const shares = await splitSecret(secret, threshold, total);
      using rebuilt = await combineShares(
        present.flatMap((i) => shares[i] ?? []),
        threshold,
      );
      expect(rebuilt.reveal()).toEqual(plain);
    }),
  );
});

test("of all sharings of up to 6, exactly the subsets that reach the threshold rebuild the secret", async () => {
  for (let total = 2; total <= 6; total++) {
    for (let threshold = 2; threshold <= total; threshold++) {
      const shares = await split(threshold, total);
      for (const subset of subsetsOf(total)) {
        const presented = subset.flatMap((i) => shares[i] ?? []);
        const outcome = await combineShares(presented, threshold).then(
          (secret) => secret.reveal(),
          (error: unknown) => error,
        );
        if (subset.length >= threshold) expect(outcome).toEqual(SECRET);
        else expect(outcome).toEqual(new QuorumNotMetError(subset.length, threshold));
      }
    }
  }
});

test("255 shares have 255 distinct points, none of them 0", async () => {
  const shares = await split(2, 255);
  expect(new Set(shares.map((share) => share.x)).size).toBe(255);
  expect(shares.every((share) => share.x >= 1 && share.x <= 255)).toBe(true);
});

test("all 255 shares are needed if the threshold says so", async () => {
  using rebuilt = await combineShares(await split(255, 255), 255);
  expect(rebuilt.reveal()).toEqual(SECRET);
});

test("splitting and combining leave what they were given as it was", async () => {
  using secret = new Secret(SECRET.slice());
  const shares = await splitSecret(secret, 2, 3);
  const before = shares.map((share) => share.bytes.reveal().slice());
  using _ = await combineShares(shares, 2);
  expect(secret.reveal()).toEqual(SECRET);
  expect(shares.map((share) => share.bytes.reveal())).toEqual(before);
});

test("shares made by hand rebuild their secret", async () => {
  using rebuilt = await combineShares([plainShare(200), plainShare(3)], 2);
  expect(rebuilt.reveal()).toEqual(SECRET);
});

test("S3: the same share twice is refused, also as a copy and beside enough others", async () => {
  const [first, second, third] = await split(2, 3);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three shares were made");
  for (const presented of [
    [first, first],
    [first, copyOf(first)],
    [first, second, third, copyOf(second)],
  ]) {
    const refused = combineShares(presented, 2);
    await expect(refused).rejects.toThrow(DoubledShareError);
    await expect(refused).rejects.toMatchObject({ code: "SHARE_DOUBLED", message: "one share was presented twice" });
  }
});

test.for([
  {
    presented: 0,
    message: "quorum not met: 0 of 3 shares presented",
    advice: "Present 3 more, each from another custodian",
  },
  {
    presented: 2,
    message: "quorum not met: 2 of 3 shares presented",
    advice: "Present 1 more, each from another custodian",
  },
])("$presented shares of 3 are refused", async ({ presented, message, advice }) => {
  const shares = await split(3, 5);
  await expect(combineShares(shares.slice(0, presented), 3)).rejects.toMatchObject({
    code: "QUORUM_NOT_MET",
    message,
    suggestions: [advice],
  });
});

test("S4: a share of x = 0 never reaches combining", () => {
  expect(() => plainShare(0)).toThrow(RangeError);
});

test("S5, S6: a wrong share gives another secret, not an error: nothing may be used before the commitment", async () => {
  const [first, second] = await split(2, 3);
  if (first === undefined || second === undefined) throw new Error("three shares were made");
  const crafted = new Share(new Secret(second.bytes.reveal().map((byte, i) => (i === 0 ? byte ^ 1 : byte))));
  using rebuilt = await combineShares([first, crafted], 2);
  expect(rebuilt.reveal()).not.toEqual(SECRET);
  expect(rebuilt.reveal().subarray(1)).toEqual(SECRET.subarray(1));
});

test("S6: shares beyond the threshold are not used, so that a bad one there does nothing", async () => {
  const shares = await split(2, 3);
  const bad = new Share(new Secret(Uint8Array.of(...new Uint8Array(32), shares[2]?.x ?? 0)));
  using rebuilt = await combineShares([...shares.slice(0, 2), bad], 2);
  expect(rebuilt.reveal()).toEqual(SECRET);
});

test.for([
  { threshold: 1, total: 3 },
  { threshold: 0, total: 3 },
  { threshold: -2, total: 3 },
  { threshold: 2.5, total: 3 },
  { threshold: 4, total: 3 },
  { threshold: 256, total: 256 },
  { threshold: Number.NaN, total: 3 },
  { threshold: 2, total: 1 },
  { threshold: 2, total: 5.5 },
  { threshold: 2, total: 256 },
  { threshold: 2, total: Number.POSITIVE_INFINITY },
])("splitting $threshold of $total is refused", async ({ threshold, total }) => {
  await expect(split(threshold, total)).rejects.toThrow(RangeError);
});

test.for([1, 0, 2.5, 256, Number.NaN])("combining with the threshold %d is refused", async (threshold) => {
  await expect(combineShares(await split(2, 3), threshold)).rejects.toThrow(RangeError);
});

test.for([0, 31, 33])("a secret of %i bytes is refused", async (length) => {
  await expect(splitSecret(new Secret(new Uint8Array(length)), 2, 3)).rejects.toThrow(RangeError);
});

test("S7: in 20,000 splits the leading coefficient is 0 once in 256, as it must be", async () => {
  const { zeros, coefficients } = await leadingZeros(20_000);
  const expected = coefficients / 256;
  const sigma = Math.sqrt((coefficients * 255) / 256 ** 2);
  expect(Math.abs(zeros - expected)).toBeLessThan(4 * sigma);
});

test("the known answer holds", async () => {
  await shamirSelfTest();
});
