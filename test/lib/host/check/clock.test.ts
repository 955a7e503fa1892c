import { chmodSync } from "node:fs";
import { expect, test } from "vitest";
import { clockCheck } from "../../../../src/lib/host/check/clock.ts";
import { workspace } from "../../../support/workspace.ts";

const clock = () => new Date("2026-11-24T05:37:40.123Z");
const NOW = "it is 2026-11-24T05:37:40.123Z";
const UNKNOWN = `${NOW}; compare it with another clock: whether it is synchronised isn't known here`;

test.for([
  { what: "synchronised", script: "echo yes", level: "ok", found: `${NOW}, synchronised`, mend: undefined },
  {
    what: "not synchronised",
    script: "echo no",
    level: "warning",
    found: `${NOW}, not synchronised: compare it with another clock`,
    mend: "timedatectl set-ntp true",
  },
  { what: "no bus to ask", script: "echo Failed >&2; exit 1", level: "ok", found: UNKNOWN, mend: undefined },
  { what: "an answer that isn't one", script: "echo maybe", level: "ok", found: UNKNOWN, mend: undefined },
])("H7: $what", async ({ script, level, found, mend }) => {
  await using place = await workspace();
  const timedatectl = await place.write("timedatectl", `#!/bin/sh\n${script}\n`);
  chmodSync(timedatectl, 0o700);
  const [observation] = await clockCheck.run({ clock, timedatectl });
  expect(observation).toEqual({ level, found, ...(mend !== undefined && { mend }) });
});

test("without the program it is unknown", async () => {
  await using place = await workspace();
  const [observation] = await clockCheck.run({ clock, timedatectl: place.file("timedatectl") });
  expect(observation).toEqual({ level: "ok", found: UNKNOWN });
});
