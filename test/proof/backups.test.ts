import { expect, test } from "vitest";
import { backUpUnderLoad } from "../support/backups-under-load.ts";
import { publish } from "../support/figures.ts";

test("backups under load, each opened and verified, each of one moment of the final chain", async () => {
  const { backups, moments, problems } = await backUpUnderLoad(300);
  publish("backups while another process makes and destroys keys", { backups, moments, problems: problems.length });
  expect(problems).toEqual([]);
  expect(moments).toBeGreaterThan(backups / 4);
});
