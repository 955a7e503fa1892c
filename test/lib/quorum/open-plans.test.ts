import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelPlan, listOpenPlans, sweepPlans } from "../../../src/lib/quorum/open-plans.ts";
import { planDigest } from "../../../src/lib/quorum/plan.ts";
import { filesIn } from "../../support/canonical-state.ts";
import { keptPlanPath, type SentPlan, sendKeyPlan, sessionPath } from "../../support/desk.ts";
import { ForgedHost } from "../../support/forged-host.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let first: SentPlan;
let second: SentPlan;
beforeAll(async () => {
  made = await foundVault();
  let now = Date.now();
  made.surroundings.clock = () => new Date(now++);
  first = await sendKeyPlan(made, { name: "first" }, { reason: "why not" });
  second = await sendKeyPlan(made, { name: "second" });
});
afterAll(async () => made[Symbol.asyncDispose]());

test("open plans are listed, the oldest first", async () => {
  await using vault = await made.open();
  const { id, requester, created, expires } = first.file.plan;
  const open = await listOpenPlans(vault);
  expect(open[0]).toEqual({
    ...{ id, digest: planDigest(first.file.plan), actions: ["key.create"], requester, reason: "why not" },
    ...{ created, expires },
  });
  expect(open.map((plan) => plan.id)).toEqual([id, second.file.plan.id]);
});

test("a cancelled plan is open no more, and nothing is kept of it", async () => {
  await using copy = await made.copy();
  await using vault = await copy.open();
  await cancelPlan(vault, first.file.plan.id, "");
  expect((await listOpenPlans(vault)).map(({ id }) => id)).toEqual([second.file.plan.id]);
  expect(filesIn(`${copy.path}/plans`)).toEqual([`${second.file.plan.id}.plan`]);
});

describe("a kept plan that is not what this host kept there is an integrity error that names the file", () => {
  test.for<[what: string, problem: string, content: () => Promise<string | Uint8Array>]>([
    ["no plan", "plan file: not JSON", async () => "nothing\n"],
    [
      "altered",
      "plan file: the host's signature does not verify: the file was altered",
      async () => Buffer.from(Buffer.from(first.bytes).toString().replace("why not", "why hot")),
    ],
    ["another plan of this host", "not the plan that this host kept there", async () => second.bytes],
    [
      "the same, by another host",
      "not the plan that this host kept there",
      async () => (await ForgedHost.of(made)).planFile(first.file.plan),
    ],
  ])("%s", async ([, problem, content]) => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const path = keptPlanPath(copy, first.file);
    writeFileSync(path, await content());
    const refusal = { code: "INTEGRITY", message: `${path}: ${problem}` };
    expect(await refusalOf(listOpenPlans(vault))).toEqual(refusal);
    expect(await refusalOf(cancelPlan(vault, first.file.plan.id, ""))).toEqual(refusal);
  });
});

test("one that can't be read keeps the others from nothing: those that expired are removed", async () => {
  await using copy = await made.copy();
  writeFileSync(keptPlanPath(copy, first.file), "nothing\n");
  writeFileSync(sessionPath(copy, first.file), "nothing\n");
  copy.surroundings.clock = () => new Date(second.file.plan.expires);
  await using vault = await copy.open();
  expect(await refusalOf(sweepPlans(vault))).toMatchObject({ code: "INTEGRITY" });
  expect(filesIn(`${copy.path}/plans`)).toEqual(
    [`${first.file.plan.id}.plan`, `${second.file.plan.id}.plan`].toSorted(),
  );
  expect(filesIn(sessionPath(copy, first.file).replace(/\/[^/]*$/, ""))).toEqual([first.file.plan.id]);
});
