import { expect, test } from "vitest";
import { leadingZeros } from "../support/leading-zeros.ts";

test("S7: in 1,000,000 splits the leading coefficient is 0 once in 256, as it must be", async () => {
  const { zeros, coefficients } = await leadingZeros(1_000_000);
  const sigma = Math.sqrt((coefficients * 255) / 256 ** 2);
  expect(Math.abs(zeros - coefficients / 256)).toBeLessThan(4 * sigma);
});
