import { afterAll, beforeAll, expect, test } from "vitest";
import { snapshotOf } from "../../support/folder.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { type Correspondence, correspondence } from "../../support/sent-plans.ts";
import { workspace } from "../../support/workspace.ts";

let sent: Correspondence;
beforeAll(async () => {
  sent = await correspondence();
});
afterAll(async () => sent[Symbol.asyncDispose]());

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.plan"], status: 0 },
  { outcome: "sealed", args: ["sealed.plan"], status: 0 },
  { outcome: "json", args: ["good.plan", "--json"], status: 0 },
  { outcome: "expired", args: ["late.plan"], status: 0 },
  { outcome: "no-plan", args: [], status: 2 },
  { outcome: "not-found", args: ["none.plan"], status: 3 },
  { outcome: "altered", args: ["altered.plan"], status: 12 },
  { outcome: "altered-json", args: ["altered.plan", "--json"], status: 12 },
  { outcome: "letter", args: ["letter"], status: 12 },
  { outcome: "approval", args: ["bob.good"], status: 12 },
  { outcome: "folder", args: ["shares"], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(sent.made, "plan show", "../golden", outcome, expect),
);

test("needs no vault, and writes nothing", async () => {
  await using copy = await sent.made.copy();
  await using place = await workspace();
  await copy.place.runWith({ program: ["cp"] }, "good.plan", place.file("good.plan"));
  const before = await snapshotOf(place.path);
  const seen = await place.run("plan", "show", "good.plan");
  expect(seen.status, seen.toString()).toBe(0);
  expect(seen.stdout).toContain("Reason        card payments");
  expect(await snapshotOf(place.path)).toEqual(before);
});
