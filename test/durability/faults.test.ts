import { expect, test } from "vitest";
import { walkFaults } from "../support/faults.ts";
import { MAIN_COMMANDS } from "../support/mutating-commands.ts";
import { haveStrace } from "../support/strace.ts";

/** A sample of the last calls of each kind; all calls fail, in both ways, in test/proof/faults.test.ts. */
const SAMPLE = { step: 500, atMost: 8 };

test.skipIf(!haveStrace).for(MAIN_COMMANDS)(
  "H8: $name, while the disk is full, is undone or done and says so (needs strace)",
  { timeout: 120_000 },
  async (command) => {
    const { problems, runs, faults } = await walkFaults(command, SAMPLE, [{ error: "ENOSPC", sticky: true }]);
    expect(problems).toEqual([]);
    expect(faults).toBeGreaterThan(0.7 * runs);
  },
);
