import fc from "fast-check";
import { test } from "vitest";
import { rekeyCommands, rekeysInARow, runAgainstModel } from "../support/rekey-model.ts";

test("rekeys, proofs, cancels, new quorums and keys in any order: exactly the right people open the vault", async () => {
  await fc.assert(
    fc.asyncProperty(rekeyCommands(80), async (commands) => (await runAgainstModel(commands)) > 0),
    { numRuns: 40, endOnFailure: true },
  );
});

test("ten rekeys in a row, with other custodians and thresholds", async () => {
  await fc.assert(
    fc.asyncProperty(rekeysInARow(10), async (commands) => (await runAgainstModel(commands)) > 10),
    { numRuns: 25, endOnFailure: true },
  );
});
