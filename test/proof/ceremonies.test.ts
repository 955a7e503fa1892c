import { describe, expect, test } from "vitest";
import { readScript, shippedScripts } from "../../src/lib/ceremony/script-file.ts";
import { expectAborted, expectResumed, undisturbed } from "../support/interruptions.ts";
import { killedAndResumed } from "../support/killed-rehearsals.ts";
import { rehearsedInRoom } from "../support/rehearsals.ts";

const WALKED = ["genesis", "key-generation", "quorum-rekey", "restore-new-host"];

describe("every shipped script on a terminal, with people", () => {
  test.for(shippedScripts())("%s", { timeout: 120_000 }, async (name) => {
    await expect(await rehearsedInRoom(name)).toMatchFileSnapshot(`../commands/ceremony/golden/${name}.transcript`);
  });
});

describe.for(WALKED)("%s, cut off and stopped at each question", { timeout: 600_000 }, (script) => {
  test("killed, the next run goes on, and does nothing twice", async () => {
    const { calls, entries } = await undisturbed(script);
    for (let at = 1; at <= calls; at++) await expectResumed(script, at, entries);
  });

  test("stopped for good, it is over and the chain says so", async () => {
    const { calls } = await undisturbed(script);
    for (let at = 1; at <= calls; at += 2) await expectAborted(script, at);
  });

  test("kill -9 at each step, a moment later each time", async () => {
    const steps = readScript(script).script.steps.length;
    for (let step = 1; step <= steps; step++) await killedAndResumed(script, step, (step * 37) % 150);
  });
});
