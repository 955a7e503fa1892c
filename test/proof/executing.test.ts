import { expect, test } from "vitest";
import { scramble } from "../support/scramble.ts";
import { foundVault } from "../support/vault.ts";

test("H4: 8 processes at once execute each of 100 plans: exactly one does, the others are refused", async () => {
  await using made = await foundVault();
  expect(await scramble(made, 8, 100)).toEqual({ executed: 100, PLAN_INVALID: 700 });
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 100 });
});
