import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listEntries } from "../../src/lib/audit/list.ts";
import { cancelPlan, sweepPlans } from "../../src/lib/quorum/open-plans.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import { Desk, executeSent, keptPlanPath, type SentPlan, sendKeyPlan, sessionPath } from "../support/desk.ts";
import { refusalOf } from "../support/refusal.ts";
import { stateOf } from "../support/refusals.ts";
import { expectRefused, openPlansOf } from "../support/refused-plan.ts";
import { scramble } from "../support/scramble.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
let sent: SentPlan;
let alice: Uint8Array;
let bob: Uint8Array;

beforeAll(async () => {
  made = await foundVault();
  sent = await sendKeyPlan(made);
  alice = await new Desk(made, "alice").approve(sent.bytes);
  bob = await new Desk(made, "bob").approve(sent.bytes);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** Whether the host still has what opens the shares of the plan's approvals, and its own copy of the plan. */
function keptOf(copy: MadeVault, { file }: SentPlan = sent): { session: boolean; plan: boolean } {
  return { session: existsSync(sessionPath(copy, file)), plan: existsSync(keptPlanPath(copy, file)) };
}

const GONE = { session: false, plan: false };
const THERE = { session: true, plan: true };

describe("a session's identity is gone", () => {
  test("once the plan is executed, not before", async () => {
    await using copy = await made.copy();
    expect(keptOf(copy)).toEqual(THERE);
    await expect(executeSent(copy, sent.file, [bob])).rejects.toMatchObject({ code: "WAITING_FOR_PEOPLE" });
    expect(keptOf(copy)).toEqual(THERE);
    await executeSent(copy, sent.file, [alice, bob]);
    expect(keptOf(copy)).toEqual(GONE);
  });

  test("once it is cancelled", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    await cancelPlan(vault, sent.file.plan.id, "");
    expect(keptOf(copy)).toEqual(GONE);
  });

  test("when any command comes by after it expired", async () => {
    await using copy = await made.copy();
    const short = await sendKeyPlan(copy, { name: "short" }, { lifetime: 1 });
    expect(keptOf(copy, short)).toEqual(THERE);
    const seen = await copy.place.run("status", "--vault", "vault");
    expect(seen.stdout).toMatch(/Open plans +1\n/);
    expect(keptOf(copy, short)).toEqual(GONE);
    expect(keptOf(copy), "of the other one nothing").toEqual(THERE);
  });

  test("when any command comes by, though a crash kept the executing process from it", async () => {
    await using copy = await made.copy();
    await using spare = await made.copy();
    await executeSent(copy, sent.file, [alice, bob]);
    const keep = async (from: string, to: string) => copy.place.runWith({ program: ["cp"] }, from, to);
    await keep(sessionPath(spare, sent.file), sessionPath(copy, sent.file));
    await keep(keptPlanPath(spare, sent.file), keptPlanPath(copy, sent.file));
    expect(keptOf(copy)).toEqual(THERE);
    expect((await copy.place.run("status", "--vault", "vault")).status).toBe(0);
    expect(keptOf(copy)).toEqual(GONE);
  });

  test("though another session is damaged, of which is warned", async () => {
    await using copy = await made.copy();
    const short = await sendKeyPlan(copy, { name: "short" }, { lifetime: 1 });
    const broken = { ...sent.file, plan: { ...sent.file.plan, id: "0".repeat(32) } };
    await copy.place.write(sessionPath(copy, broken).slice(copy.place.path.length), "{}\n");
    const seen = await copy.place.run("status", "--vault", "vault");
    expect(seen.status).toBe(0);
    expect(seen.stderr).toContain(`${sessionPath(copy, broken)}: `);
    expect(keptOf(copy, short).session).toBe(false);
  });
});

describe("S9: somebody cancels a plan", () => {
  test("recorded with who and why; nothing is lost, and what was asked can be asked again", async () => {
    await using copy = await made.copy();
    const before = await stateOf(copy);
    const seen = await copy.place.run("plan", "cancel", sent.file.plan.id, "--vault", "vault", "--reason", "spite");
    expect(seen.status, seen.toString()).toBe(0);
    await using vault = await copy.open();
    const { entries } = await listEntries(vault.reader, { type: "plan.cancel", after: 0, limit: 10 });
    expect(entries).toMatchObject([
      {
        actor: `${userInfo().username}@${hostname()}`,
        data: { plan: sent.file.plan.id, digest: planDigest(sent.file.plan), reason: "spite" },
      },
    ]);
    expect({ ...(await stateOf(copy)), plans: [] }).toEqual({ ...before, plans: [] });
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 0 });

    const again = await sendKeyPlan(copy);
    const approvals = [
      await new Desk(copy, "alice").approve(again.bytes),
      await new Desk(copy, "carol").approve(again.bytes),
    ];
    await executeSent(copy, again.file, approvals);
  });

  test("its approvals are worth nothing from then on, neither for it nor for the next plan", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const { entry } = await cancelPlan(vault, sent.file.plan.id, "");
    const again = await sendKeyPlan(copy);
    await expectRefused(copy, sent.file, [alice, bob], {
      code: "PLAN_INVALID",
      message: `the plan was cancelled at entry ${entry}`,
    });
    await expectRefused(copy, again.file, [alice, bob], {
      code: "APPROVAL_INVALID",
      message: "1.approval, alice's approval: of another plan",
    });
  });

  test("the error of who asks for a plan that is not open tells of no other", async () => {
    await using copy = await made.copy();
    const seen = await copy.place.run("plan", "cancel", "0".repeat(32), "--vault", "vault");
    expect(seen.status).toBe(3);
    expect(seen.stderr).toContain(`no open plan ${"0".repeat(32)}`);
    expect(seen.stderr + seen.stdout).not.toContain(sent.file.plan.id);
  });

  test("executed or cancelled plans can't be cancelled", async () => {
    await using copy = await made.copy();
    await executeSent(copy, sent.file, [alice, bob]);
    await using vault = await copy.open();
    expect(await refusalOf(cancelPlan(vault, sent.file.plan.id, ""))).toMatchObject({ code: "NOT_FOUND" });
    await sweepPlans(vault);
    expect(await openPlansOf(copy)).toEqual([]);
  });
});

test("H4: 8 processes at once execute each of 10 plans: exactly one does, the others are refused", {
  timeout: 120_000,
}, async () => {
  await using copy = await made.copy();
  expect(await scramble(copy, 8, 10)).toEqual({ executed: 10, PLAN_INVALID: 70 });
  await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 10 });
});
