import { expect, test } from "vitest";
import { publish } from "../support/figures.ts";
import { hostileDocuments } from "../support/hostile-documents.ts";
import { hostileRecords } from "../support/hostile-records.ts";
import { takeMutants } from "../support/take-mutants.ts";
import { foundVault } from "../support/vault.ts";

/** Of each way of making them and of each kind of document, in one round. */
const MUTANTS = 3_000;
const ROUNDS = process.env["CONCLAVE_QUICK"] === "1" ? 1 : 20;

test("hostile files: 42,000 mutants a round of plans, approvals, proofs and the like: no crash, each refused as it should be", async () => {
  await using made = await foundVault();
  let [taken, slowestMs] = [0, 0];
  for (const kind of [...(await hostileDocuments(made)), ...(await hostileRecords(made))]) {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const outcome = await takeMutants(kind, MUTANTS, seed);
      expect(outcome.wrong, `${kind.name}, seed ${seed}`).toEqual([]);
      taken += outcome.refused + outcome.accepted;
      slowestMs = Math.max(slowestMs, outcome.slowestMs);
    }
  }
  publish("hostile files", { taken, slowestMs });
  expect(slowestMs).toBeLessThan(200);
});
