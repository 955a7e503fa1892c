import { expect, test } from "vitest";
import { swapCheck } from "../../../../src/lib/host/check/swap.ts";
import { workspace } from "../../../support/workspace.ts";

const HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

test.for([
  { what: "none", swaps: HEAD, level: "ok", found: "none in use", mend: undefined },
  {
    what: "two areas",
    swaps: `${HEAD}/dev/sda2                               partition\t8388604\t\t0\t\t-2\n/swap.img file 1 0 -3\n`,
    level: "warning",
    found: /^\/dev\/sda2, \/swap\.img in use: .* encrypted can't be told from here$/,
    mend: "swapoff -a",
  },
])("H6: swap, $what: $level", async ({ swaps, level, found, mend }) => {
  await using place = await workspace({ "proc/swaps": swaps });
  const [observation, ...more] = await swapCheck.run({ kernel: place.file("proc") });
  expect(observation).toEqual({
    level,
    found: typeof found === "string" ? found : expect.stringMatching(found),
    ...(mend !== undefined && { mend }),
  });
  expect(more).toEqual([]);
});

test("without /proc it is unknown, not well", async () => {
  await using place = await workspace();
  const [observation] = await swapCheck.run({ kernel: place.file("proc") });
  expect(observation).toEqual({ level: "warning", found: "unknown here: this system doesn't tell its swap" });
});
