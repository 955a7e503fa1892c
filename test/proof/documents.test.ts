import { expect, test } from "vitest";
import { publish } from "../support/figures.ts";
import { hostileDocuments } from "../support/hostile-documents.ts";
import { takeMutants } from "../support/take-mutants.ts";
import { foundVault } from "../support/vault.ts";

/** Of each way of making them. */
const MUTANTS = 10_000;

test("mutants of all documents: refused by the right code, never a crash, quickly", async () => {
  await using made = await foundVault();
  for (const kind of await hostileDocuments(made)) {
    const taken = await takeMutants(kind, MUTANTS, 2);
    publish(`mutants of one ${kind.name}`, taken);
    expect(taken.wrong).toEqual([]);
    expect(taken.slowestMs).toBeLessThan(200);
  }
});
