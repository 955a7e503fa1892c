import { expect, test } from "vitest";
import { parseScript, readScript, shippedScripts } from "../../src/lib/ceremony/script-file.ts";
import { publish } from "../support/figures.ts";
import { takeMutants } from "../support/take-mutants.ts";

/** Of each shipped script. */
const MUTANTS = process.env["CONCLAVE_QUICK"] === "1" ? 100 : 2000;

test("hostile scripts: mutants of each shipped one: no crash, each right or refused, none slow", async () => {
  let [taken, slowestMs] = [0, 0];
  for (const [seed, name] of shippedScripts().entries()) {
    const { bytes } = readScript(name);
    const take = (given: Uint8Array) => parseScript("x.yaml", given);
    const outcome = await takeMutants({ name, bytes, take, codes: ["INPUT_MALFORMED"] }, MUTANTS, seed + 1);
    expect(outcome.wrong, name).toEqual([]);
    taken += outcome.refused + outcome.accepted;
    slowestMs = Math.max(slowestMs, outcome.slowestMs);
  }
  publish("hostile scripts", { taken, slowestMs });
  expect(slowestMs).toBeLessThan(200);
});
