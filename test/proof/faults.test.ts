import { expect, test } from "vitest";
import { ALL_CALLS } from "../support/disturbance.ts";
import { walkFaults } from "../support/faults.ts";
import { publish } from "../support/figures.ts";
import { MUTATING_COMMANDS } from "../support/mutating-commands.ts";
import { haveStrace } from "../support/strace.ts";

const SAMPLE = process.env["CONCLAVE_QUICK"] === "1" ? { step: 8, ofVariants: 3 } : ALL_CALLS;

test.skipIf(!haveStrace).for(MUTATING_COMMANDS)(
  "H8: $name, while any modifying call fails once or for ever, is undone or done and says so (needs strace)",
  async (command) => {
    const { problems, ...tally } = await walkFaults(command, SAMPLE, [
      { error: "EIO", sticky: false },
      { error: "ENOSPC", sticky: true },
    ]);
    publish(`disk faults in ${command.name}`, { ...tally, problems: problems.length });
    expect(problems).toEqual([]);
    expect(tally.faults).toBeGreaterThan(0.9 * tally.runs);
  },
);
