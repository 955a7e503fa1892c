import { expect, test } from "vitest";
import { processCheck } from "../../../../src/lib/host/check/process.ts";

const FLAGS = ["--disable-sigusr1"];

test("H6: a quiet process", async () => {
  const observations = await processCheck.run({
    kernel: "/proc",
    environment: { PATH: "/bin", NODE_OPTIONS: "" },
    flags: FLAGS,
  });
  expect(observations).toEqual([{ level: "ok", found: "no debugger, no foreign code preloaded" }]);
});

test("H6: all that is wrong is told at once, each with what mends it", async () => {
  const environment = { NODE_OPTIONS: "--inspect", SSLKEYLOGFILE: "/tmp/keys", LD_PRELOAD: "x.so" };
  const observations = await processCheck.run({ kernel: "/proc", environment, flags: ["--inspect=0.0.0.0:9229"] });
  expect(observations.map(({ level, mend }) => `${level}: ${mend}`)).toEqual([
    "refusal: unset NODE_OPTIONS",
    "refusal: unset SSLKEYLOGFILE",
    "refusal: Start it through bin/conclave",
    "warning: unset LD_PRELOAD",
    "warning: Start it through bin/conclave",
  ]);
  expect(JSON.stringify(observations)).not.toMatch(/9229|x\.so|tmp\/keys/);
});
