import { expect, test } from "vitest";
import { ALL_CALLS } from "../support/disturbance.ts";
import { publish } from "../support/figures.ts";
import { walkKills } from "../support/kills.ts";
import { MUTATING_COMMANDS } from "../support/mutating-commands.ts";
import { haveStrace } from "../support/strace.ts";

const SAMPLE = process.env["CONCLAVE_QUICK"] === "1" ? { step: 8, ofVariants: 3 } : ALL_CALLS;

test.skipIf(!haveStrace).for(MUTATING_COMMANDS)(
  "H8: $name, killed before every modifying call, is undone or done, and the next command works (needs strace)",
  async (command) => {
    const { problems, ...tally } = await walkKills(command, SAMPLE);
    publish(`kills of ${command.name}`, { ...tally, problems: problems.length });
    expect(problems).toEqual([]);
    expect(tally.kills).toBeGreaterThan(0.9 * tally.runs);
  },
);
