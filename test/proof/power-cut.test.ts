import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publish } from "../support/figures.ts";
import { MUTATING_COMMANDS } from "../support/mutating-commands.ts";
import { walkPowerCuts } from "../support/power-cuts.ts";
import { BuggyProgram, SEEDED_BUGS } from "../support/seeded-bugs.ts";
import { haveStrace } from "../support/strace.ts";

const QUICK = process.env["CONCLAVE_QUICK"] === "1";
/** States drawn for each command; many are the same. */
const STATES = QUICK ? 500 : 24_000;
/** States drawn in search of each seeded bug, at most. */
const SEARCHED = 2000;

/** States are written and read in memory, if there is such a file system: they are many. */
const tmp = process.env["TMPDIR"];
beforeAll(() => {
  if (existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
});
afterAll(() => {
  if (tmp === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = tmp;
});

test.skipIf(!haveStrace).for(MUTATING_COMMANDS)(
  "H8: a power cut in the middle of $name loses nothing that was announced, and leaves nothing that can't be opened (needs strace)",
  async (command) => {
    const { problems, ...tally } = await walkPowerCuts(command, { states: STATES, seed: 1, continueEvery: 100 });
    publish(`power cuts in ${command.name}`, { ...tally, problems: problems.length });
    expect(problems).toEqual([]);
    expect(Math.min(tally.before, tally.after)).toBeGreaterThan(0);
  },
);

test.skipIf(!haveStrace).for(SEEDED_BUGS)("the power cuts find that $bug (needs strace)", async (seeded) => {
  const command = MUTATING_COMMANDS.find(({ name }) => name === seeded.command);
  if (command === undefined) throw new Error(`no command ${seeded.command}`);
  await using buggy = await BuggyProgram.of(seeded);
  const search = { states: SEARCHED, seed: 1, continueEvery: Number.POSITIVE_INFINITY, untilFound: true };
  const { problems, states } = await walkPowerCuts(command, { ...search, run: buggy.run });
  publish(`seeded bug: ${seeded.bug}`, { states, found: problems[0] });
  expect(problems).toHaveLength(1);
});
