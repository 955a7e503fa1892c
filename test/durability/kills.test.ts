import { expect, test } from "vitest";
import { walkKills } from "../support/kills.ts";
import { MAIN_COMMANDS } from "../support/mutating-commands.ts";
import { haveStrace } from "../support/strace.ts";

/** A sample of the last calls of each kind; all calls are walked in test/proof/kills.test.ts. */
const SAMPLE = { step: 150, atMost: 10 };

test.skipIf(!haveStrace).for(MAIN_COMMANDS)(
  "H8: $name, killed before a modifying call, is undone or done, and the next command works (needs strace)",
  { timeout: 120_000 },
  async (command) => {
    const { problems, runs, kills, before, after } = await walkKills(command, SAMPLE);
    expect(problems).toEqual([]);
    expect(kills).toBeGreaterThan(0.7 * runs);
    expect(Math.min(before, after)).toBeGreaterThan(0);
  },
);
