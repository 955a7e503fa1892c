import { expect, test } from "vitest";
import { ptraceCheck } from "../../../../src/lib/host/check/ptrace.ts";
import { workspace } from "../../../support/workspace.ts";

test.for([
  { scope: "0", level: "warning", mend: "sysctl -w kernel.yama.ptrace_scope=1" },
  { scope: "1", level: "ok", mend: undefined },
  { scope: "2", level: "ok", mend: undefined },
  { scope: "3", level: "ok", mend: undefined },
])("H6: a ptrace scope of $scope: $level", async ({ scope, level, mend }) => {
  await using place = await workspace({ "proc/sys/kernel/yama/ptrace_scope": `${scope}\n` });
  const [observation] = await ptraceCheck.run({ kernel: place.file("proc") });
  expect(observation).toMatchObject({ level });
  expect(observation?.mend).toBe(mend);
});

test("H6: without Yama: a warning", async () => {
  await using place = await workspace();
  const [observation] = await ptraceCheck.run({ kernel: place.file("proc") });
  expect(observation).toMatchObject({ level: "warning", found: expect.stringMatching(/^unknown here: without Yama/) });
});
