import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listEntries } from "../../src/lib/audit/list.ts";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { DAY, MINUTE, timestamp } from "../../src/lib/clock.ts";
import type { PlannedAction } from "../../src/lib/quorum/action.ts";
import { clockAccept } from "../../src/lib/quorum/clock-accept.ts";
import { listCustodians } from "../../src/lib/quorum/custodians.ts";
import { executePlan } from "../../src/lib/quorum/execute.ts";
import type { Executed } from "../../src/lib/quorum/execute-approved.ts";
import { sweepPlans } from "../../src/lib/quorum/open-plans.ts";
import { preparePlan } from "../../src/lib/quorum/prepare.ts";
import { filesIn } from "../support/canonical-state.ts";
import { Desk, executeSent, keptPlanPath, sendKeyPlan, sendPlan, sessionPath } from "../support/desk.ts";
import { Forger } from "../support/forgery.ts";
import { refusalsOf, stateOf } from "../support/refusals.ts";
import { expectRefused, openPlansOf } from "../support/refused-plan.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

const START = Date.parse("2026-11-24T12:00:00.000Z");

/** A vault of which the clock is set by hand. */
class ClockedVault {
  readonly made: MadeVault;
  now = START;

  constructor(made: MadeVault) {
    this.made = made;
    made.surroundings.clock = () => new Date(this.now);
  }

  async copy(): Promise<ClockedVault> {
    const copy = new ClockedVault(await this.made.copy());
    copy.now = this.now;
    return copy;
  }

  /** Let alice and bob do this in the room. */
  async do(...actions: PlannedAction[]): Promise<Executed> {
    await using vault = await this.made.open();
    const prepared = await preparePlan(vault, ACTIONS, { actions, reason: "" });
    return await executePlan(vault, prepared, this.made.interaction("alice", "bob"));
  }

  acceptance(): PlannedAction {
    return { action: clockAccept.name, parameters: { time: timestamp(new Date(this.now)) } };
  }

  async timeOf(sequence = 0): Promise<string | undefined> {
    await using vault = await this.made.open();
    const { entries } = await listEntries(vault.reader, { after: sequence - 1, limit: 1, type: undefined });
    return entries[0]?.time;
  }
}

let original: ClockedVault;
/** Time of the last approved act. */
const LAST = START + DAY;

beforeAll(async () => {
  let now = START;
  const made = await foundVault({ surroundings: { clock: () => new Date(now) } });
  now = LAST;
  original = new ClockedVault(made);
  original.now = LAST;
  await made.createKey("payments", ["alice", "bob"]);
});
afterAll(async () => original.made[Symbol.asyncDispose]());

async function clocked(): Promise<ClockedVault & AsyncDisposable> {
  const vault = await original.copy();
  return Object.assign(vault, { [Symbol.asyncDispose]: () => vault.made[Symbol.asyncDispose]() });
}

function behind(now: number): { code: string; message: string } {
  const message = `the clock says ${timestamp(new Date(now))}, the last approved act was at ${timestamp(new Date(LAST))}`;
  return { code: "HOST_PREFLIGHT", message };
}

describe("H7: the clock went back since the last approved act", () => {
  test("by more than two minutes: refused before anybody is asked, and nothing is written", async () => {
    await using vault = await clocked();
    const sent = await sendKeyPlan(vault.made);
    const approvals = [await new Desk(vault.made, "alice").approve(sent.bytes)];
    vault.now = LAST - 2 * MINUTE - 1;
    const people = vault.made.interaction("alice", "bob");
    await expect(vault.made.createKeyWith(people, "late")).rejects.toMatchObject(behind(vault.now));
    expect(people.progress).toEqual([]);
    const { message } = behind(vault.now);
    await expectRefused(vault.made, sent.file, approvals, { code: "HOST_PREFLIGHT", message, recorded: false });
    expect(await refusalsOf(vault.made)).toEqual([]);
  });

  test("while people are in the room: refused in the transaction", async () => {
    await using vault = await clocked();
    const people = vault.made.interaction("alice", "bob");
    people.confirm = async () => {
      vault.now = LAST - 30 * DAY;
    };
    await expect(vault.made.createKeyWith(people, "late")).rejects.toMatchObject(behind(LAST - 30 * DAY));
    await expect(vault.made.verify()).resolves.toMatchObject({ acts: 1 });
  });

  test.for([0, 1, 2 * MINUTE])("by %i ms: the time of the last act is used", async (milliseconds) => {
    await using vault = await clocked();
    vault.now = LAST - milliseconds;
    const { entries } = await vault.made.createKey("late", ["alice", "bob"]);
    expect(await vault.timeOf(entries[0])).toBe(timestamp(new Date(LAST)));
  });

  test("by years: what needs no approval goes on, in the order of the chain", async () => {
    await using vault = await clocked();
    vault.now = LAST - 1000 * DAY;
    await using opened = await vault.made.open();
    const before = await listCustodians(opened.reader);
    const proof = await vault.made.place.run(
      ...["custodian", "drill", "shares/alice.share", "--vault", "vault", ...vault.made.passphraseFlags("alice")],
    );
    expect(proof.status, proof.toString()).toBe(0);
    await expect(vault.made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
    const after = await listCustodians(opened.reader);
    expect(after.map(({ since }) => since)).toEqual(before.map(({ since }) => since));
  });
});

describe("H7: after a clock that ran far ahead", () => {
  const AHEAD = LAST + 400 * DAY;

  /** An act dated a year ahead; a plan made before the clock is put right, and one after. */
  async function ranAhead() {
    const vault = await clocked();
    vault.now = AHEAD;
    await vault.made.createKey("dated-ahead", ["alice", "bob"]);
    const old = await sendKeyPlan(vault.made, { name: "from-ahead" });
    vault.now = LAST + 2 * DAY;
    return Object.assign(vault, { old });
  }

  test("nothing executes but clock.accept, and that with nothing beside it", async () => {
    await using vault = await ranAhead();
    const refusal = { code: "HOST_PREFLIGHT" };
    await expect(vault.made.createKey("more", ["alice", "bob"])).rejects.toMatchObject(refusal);
    const { plan } = vault.old.file;
    await expect(vault.do(vault.acceptance(), ...plan.actions)).rejects.toMatchObject(refusal);
    await expect(vault.do(vault.acceptance(), vault.acceptance())).rejects.toMatchObject(refusal);
    const { entries } = await vault.do(vault.acceptance());
    expect(await vault.timeOf(entries[0])).toBe(timestamp(new Date(vault.now)));
    await expect(vault.made.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 3 });
  });

  test("clock.accept sets the floor for later acts", async () => {
    await using vault = await ranAhead();
    await vault.do(vault.acceptance());
    const floor = vault.now;
    vault.now = floor - 3 * MINUTE;
    await expect(vault.made.createKey("more", ["alice", "bob"])).rejects.toMatchObject({
      code: "HOST_PREFLIGHT",
      message: expect.stringContaining(`the last approved act was at ${timestamp(new Date(floor))}`),
    });
    vault.now = floor + MINUTE;
    const { entries } = await vault.made.createKey("more", ["alice", "bob"]);
    expect(await vault.timeOf(entries[0])).toBe(timestamp(new Date(vault.now)));
  });

  test("clock.accept can be accepted again, also back", async () => {
    await using vault = await ranAhead();
    await vault.do(vault.acceptance());
    vault.now -= DAY;
    await vault.do(vault.acceptance());
    await vault.made.createKey("more", ["alice", "carol"]);
    await expect(vault.made.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 5 });
  });

  test("clock.accept by approvals of desks", async () => {
    await using vault = await ranAhead();
    const sent = await sendPlan(vault.made, vault.acceptance());
    const approvals = [];
    for (const name of ["bob", "carol"]) approvals.push(await new Desk(vault.made, name).approve(sent.bytes));
    await executeSent(vault.made, sent.file, approvals);
    await expect(vault.made.verify()).resolves.toMatchObject({ acts: 3, actsByKeysNeverExposed: 0 });
  });

  test("open plans made before are cancelled: not listed, their sessions removed, refused with 12", async () => {
    await using vault = await ranAhead();
    const { made, old } = vault;
    const [keptPlan, session] = [keptPlanPath(made, old.file), sessionPath(made, old.file)];
    const { entries } = await vault.do(vault.acceptance());
    expect(await openPlansOf(made)).toEqual([]);
    vault.now = Date.parse(old.file.plan.created); // else the plan is ahead of the clock
    const message = `the plan was cancelled at entry ${entries[1]}, when the clock was accepted`;
    await expectRefused(made, old.file, [], { code: "PLAN_INVALID", message }, made.interaction("alice", "bob"));
    vault.now = LAST + 2 * DAY;
    await using opened = await made.open();
    await sweepPlans(opened);
    expect(filesIn(keptPlan.replace(/\/[^/]*$/, ""))).toEqual([]);
    expect(filesIn(session.replace(/\/[^/]*$/, ""))).toEqual([]);
  });

  test("S19: a host that executes such a plan all the same is found by whoever replays its chain", async () => {
    await using vault = await ranAhead();
    const forger = new Forger(vault.made);
    const { plan } = vault.old.file;
    await vault.do(vault.acceptance());
    const state = await stateOf(vault.made);
    const approvals = [await forger.approval(plan, "alice"), await forger.approval(plan, "bob")];
    const { entry, blob } = await forger.keyEffect(plan, 0);
    await forger.append([{ type: "plan.execute", data: { plan, approvals } }, entry], [blob], plan.created);
    await expect(vault.made.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: expect.stringMatching(/^entry \d+ \(plan\.execute\): the plan was cancelled by clock\.accept$/),
    });
    expect(state["keys"]).toHaveLength(2);
  });
});

test("H7: no time zone, and no summer time, changes what is shown", async () => {
  const show = (TZ: string) => original.made.place.runWith({ env: { TZ } }, "audit", "show", "6", "--vault", "vault");
  const [utc, ...others] = await Promise.all(["UTC", "America/New_York", "Australia/Lord_Howe"].map(show));
  expect(utc?.stdout).toContain(timestamp(new Date(LAST)));
  for (const other of others) expect(other.stdout).toBe(utc?.stdout);
});
