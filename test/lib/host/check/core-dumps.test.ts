import { expect, test } from "vitest";
import { coreDumpsCheck } from "../../../../src/lib/host/check/core-dumps.ts";
import { workspace } from "../../../support/workspace.ts";

const limits = (soft: string, hard: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax stack size            8388608              unlimited            bytes     \nMax core file size        ${soft.padEnd(20)} ${hard.padEnd(20)} bytes     \n`;

const OFF = { level: "ok", found: "the limit is 0" };

test.for([
  { what: "off for good", soft: "0", hard: "0", pattern: "core", seen: [OFF] },
  {
    what: "off as things stand",
    soft: "0",
    hard: "unlimited",
    pattern: "core",
    seen: [{ level: "ok", found: "the limit is 0, and could be raised to unlimited" }],
  },
  {
    what: "on",
    soft: "unlimited",
    hard: "unlimited",
    pattern: "core",
    seen: [
      {
        level: "warning",
        found: "the limit of core dumps is unlimited, wanted 0: a crash writes secrets to the disk",
        mend: "ulimit -c 0",
      },
    ],
  },
  {
    what: "off, with a program that obeys the limit",
    soft: "0",
    hard: "0",
    pattern: "|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h %d",
    seen: [OFF],
  },
  {
    what: "off, with a program that may not",
    soft: "0",
    hard: "0",
    pattern: "|/usr/share/apport/apport -p%p",
    seen: [
      OFF,
      {
        level: "warning",
        found: "a crash hands this process's memory to a program, whatever the limit is: /usr/share/apport/apport -p%p",
        mend: "sysctl -w kernel.core_pattern=core",
      },
    ],
  },
])("H6: core dumps $what", async ({ soft, hard, pattern, seen }) => {
  await using place = await workspace({
    "proc/self/limits": limits(soft, hard),
    "proc/sys/kernel/core_pattern": `${pattern}\n`,
  });
  expect(await coreDumpsCheck.run({ kernel: place.file("proc") })).toEqual(seen);
});

test("without /proc the limit is unknown", async () => {
  await using place = await workspace();
  const [observation] = await coreDumpsCheck.run({ kernel: place.file("proc") });
  expect(observation?.found).toMatch(/^unknown here/);
});

test.runIf(process.platform === "linux")("this kernel's own limits can be read", async () => {
  const [observation] = await coreDumpsCheck.run({ kernel: "/proc" });
  expect(observation?.found).toMatch(/^the limit (?:is|of core dumps is) /);
});
