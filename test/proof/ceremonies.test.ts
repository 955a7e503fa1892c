import { describe, expect, test } from "vitest";
import { shippedScripts } from "../../src/lib/ceremony/script-file.ts";
import { publish } from "../support/figures.ts";
import { expectAborted, expectResumed, stopsOf, type Undisturbed, undisturbed } from "../support/interruptions.ts";
import { everyCall, killEachStep } from "../support/killed-ceremonies.ts";
import { rehearsedInRoom } from "../support/rehearsals.ts";
import { haveStrace } from "../support/strace.ts";

const QUICK = process.env["CONCLAVE_QUICK"] === "1";
const EACH_MOMENT = QUICK ? 10 : 1;
/** Of a step's modifying calls; the last of each kind comes on top. */
const EACH_CALL = 8;
/** What changes most, in the most steps. */
const KILLED = QUICK ? ["genesis"] : ["genesis", "key-generation", "quorum-rekey", "restore-new-host"];

describe("every shipped script on a terminal, with people", () => {
  test.for(shippedScripts())("%s", { timeout: 120_000 }, async (name) => {
    await expect(await rehearsedInRoom(name)).toMatchFileSnapshot(`../commands/ceremony/golden/${name}.transcript`);
  });
});

describe.for(shippedScripts())("%s, cut off and stopped at each question", { timeout: 600_000 }, (script) => {
  test("killed, the next run goes on, and does nothing twice", async () => {
    const run = await undisturbed(script);
    const moments = run.moments.map((_, i) => i + 1).filter((at) => at % EACH_MOMENT === 0);
    for (const at of moments) await naming(run, at, expectResumed);
    publish(`kills at what people of ${script} are asked or shown`, { kills: moments.length });
  });

  test("stopped for good, it is over, and the next one starts clean", async () => {
    const run = await undisturbed(script);
    const stops = stopsOf(run).filter((_, i) => i % EACH_MOMENT === 0);
    for (const at of stops) await naming(run, at, expectAborted);
    publish(`aborts of ${script}`, { aborts: stops.length });
  });
});

describe.skipIf(!haveStrace).for(KILLED)("%s (needs strace)", { timeout: 1_200_000 }, (script) => {
  test("kill -9 at calls of each step that modify something", async () => {
    const { problems, ...tally } = await killEachStep(await undisturbed(script), everyCall(EACH_CALL));
    publish(`kill -9 in steps of ${script}`, { ...tally, problems: problems.length });
    expect(problems).toEqual([]);
    expect(tally.kills).toBeGreaterThan(0.9 * tally.runs);
  });
});

/** Which of them it was, in a failure. */
async function naming(
  run: Undisturbed,
  at: number,
  expectThat: (run: Undisturbed, at: number) => Promise<void>,
): Promise<void> {
  try {
    await expectThat(run, at);
  } catch (error) {
    throw new Error(`${run.script}, moment ${at}: ${run.moments[at - 1]}`, { cause: error });
  }
}
