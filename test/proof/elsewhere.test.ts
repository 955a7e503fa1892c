import { expect, test } from "vitest";
import { approve, reach } from "../support/elsewhere.ts";
import { InterruptedRun } from "../support/interrupted.ts";
import { workspace } from "../support/workspace.ts";

test("a plan that was sent and has expired is made anew, in the room", async () => {
  await using run = await InterruptedRun.setUp("restore-new-host");
  const { host, rehearsal } = run.set;
  host.elsewhere = reach(run.set, { "plan-out": `${rehearsal.folder}/restore.plan`, "plan-lifetime": "1s" });
  expect(await run.begin()).toMatchObject({ state: "waiting" });
  const { clock } = host.around;
  host.around.clock = () => new Date(clock().getTime() + 5000);
  host.elsewhere = reach(run.set, {});
  expect(await run.next()).toMatchObject({ state: "ended", end: { outcome: "proven" } });
});

test("the proof of a restore drill travels, and is what proves it", async () => {
  await using run = await InterruptedRun.setUp("restore-drill");
  await using desk = await workspace();
  const plan = desk.file("drill.plan");
  run.set.host.elsewhere = reach(run.set, { "plan-out": plan });
  expect(await run.begin()).toMatchObject({ state: "waiting" });
  const approvals = [await approve(desk, run.set, plan, "bob"), await approve(desk, run.set, plan, "carol")];
  run.set.host.elsewhere = reach(run.set, { approval: approvals });
  expect(await run.next()).toMatchObject({ state: "ended", end: { outcome: "proven" } });
});
