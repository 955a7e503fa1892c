import { expect, test } from "vitest";
import { scramble } from "../support/scramble.ts";
import { foundVault } from "../support/vault.ts";

const PLANS = process.env["CONCLAVE_QUICK"] === "1" ? 10 : 100;

test(`H4: 8 processes at once execute each of ${PLANS} plans: exactly one does, the others are refused`, async () => {
  await using made = await foundVault();
  expect(await scramble(made, 8, PLANS)).toEqual({ executed: PLANS, PLAN_INVALID: 7 * PLANS });
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: PLANS });
});
