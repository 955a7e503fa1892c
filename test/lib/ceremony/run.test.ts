import { beforeAll, describe, expect, test } from "vitest";
import { InterruptedRun, type Moment } from "../../support/interrupted.ts";
import { expectAborted, expectResumed, type Undisturbed, undisturbed } from "../../support/interruptions.ts";
import { killEachStep } from "../../support/killed-ceremonies.ts";
import { haveStrace } from "../../support/strace.ts";

/** A sample: test/proof/ceremonies.test.ts walks every question of four scripts, and kills in each of their steps. */
describe.for(["genesis", "quorum-rekey"])("%s", (script) => {
  let run: Undisturbed;
  beforeAll(async () => {
    run = await undisturbed(script);
  });

  test("killed while the second custodian proves the share, the next run goes on, and does nothing twice", async () => {
    await expectResumed(run, nth(run, "provePassphrase", 2));
  });

  test("stopped for good there, the new shares are taken back, and the next run starts clean", async () => {
    await expectAborted(run, nth(run, "provePassphrase", 2));
  });

  test("stopped for good when they are in force, they stand", async () => {
    await expectAborted(run, nth(run, "proved", 3) + 2);
  });
});

/** Which of the moments of a run it is: the nth of its kind. Both count from 1. */
function nth({ moments }: Undisturbed, moment: Moment, number: number): number {
  const places = moments.flatMap((one, index) => (one === moment ? [index + 1] : []));
  const place = places[number - 1];
  if (place === undefined) throw new RangeError(`no ${moment} ${number}`);
  return place;
}

test("paused at each question, it ends as if it had never been", async () => {
  await using run = await InterruptedRun.setUp("key-destruction");
  let result = await run.begin({ at: 2, by: "pause" });
  for (let pauses = 0; pauses < 12 && result?.state === "paused"; pauses++)
    result = await run.next({ at: 4, by: "pause" });
  while (result?.state === "paused") result = await run.next();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  expect(Object.groupBy((await run.found()).entries, ({ type }) => type)).toMatchObject({
    "key.destroy": [{}],
    "ceremony.end": [{}],
  });
});

test.skipIf(!haveStrace)("kill -9 in the commit of a key; the next process goes on (needs strace)", async () => {
  const run = await undisturbed("key-generation");
  const commit = (path: string) => path.endsWith("/vault.db");
  const { problems, ...tally } = await killEachStep(
    run,
    (calls) => calls.filter(({ path }) => commit(path)).slice(2, 3),
    [7],
  );
  expect(problems).toEqual([]);
  expect(tally.kills).toBe(1);
});
