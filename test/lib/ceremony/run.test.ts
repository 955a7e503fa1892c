import { describe, expect, test } from "vitest";
import { InterruptedRun } from "../../support/interrupted.ts";
import { expectAborted, expectResumed } from "../../support/interruptions.ts";
import { killedAndResumed } from "../../support/killed-rehearsals.ts";

/** A sample: test/proof/ceremonies.test.ts walks every question. The entries are those of a run that nobody disturbs. */
const RUNS = [
  {
    script: "genesis",
    at: [22, 24],
    entries: { genesis: 1, "genesis.shares": 1, "custodian.confirm": 3, "plan.execute": 1, "backup.verify": 1 },
  },
] as const;

describe("killed at a question, the next run goes on, and does nothing twice", () => {
  test.for(RUNS.flatMap(({ script, at, entries }) => at.map((question) => ({ script, question, entries }))))(
    "$script, question $question",
    async ({ script, question, entries }) => {
      await expectResumed(script, question, entries);
    },
  );
});

test.for([
  { script: "key-generation", at: 3 },
  { script: "genesis", at: 5 },
])("stopped for good, it is over: $script, question $at", async ({ script, at }) => {
  await expectAborted(script, at);
});

test("paused at each question, it ends as if it had never been", async () => {
  await using run = await InterruptedRun.setUp("key-destruction");
  let result = await run.begin({ at: 2, by: "pause" });
  for (let pauses = 0; pauses < 12 && result?.state === "paused"; pauses++)
    result = await run.next({ at: 4, by: "pause" });
  while (result?.state === "paused") result = await run.next();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  expect(await run.entries()).toMatchObject({ "key.destroy": 1, "ceremony.end": 1 });
});

test("kill -9 while the quorum acts; the next process goes on", async () => {
  await killedAndResumed("key-generation", 8, 40);
});
