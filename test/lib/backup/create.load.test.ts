import { expect, test } from "vitest";
import { backUpUnderLoad } from "../../support/backups-under-load.ts";

test("backups taken while keys are made and destroyed are each of one moment (hundreds of them: npm run proof)", async () => {
  const { backups, moments, problems } = await backUpUnderLoad(20);
  expect(problems).toEqual([]);
  expect(backups).toBe(20);
  expect(moments).toBeGreaterThan(5);
}, 60_000);
