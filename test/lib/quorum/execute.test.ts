import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listEntries } from "../../../src/lib/audit/list.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { DAY, MINUTE } from "../../../src/lib/clock.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { planKeyCreate } from "../../../src/lib/key/request.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { planDigest } from "../../../src/lib/quorum/plan.ts";
import { type PreparedPlan, preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { openVault, type Vault } from "../../../src/lib/vault/vault.ts";
import { pendingVault, surroundingsOf } from "../../support/pending.ts";
import { ScriptedPeople } from "../../support/people.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault, PLAIN_KEY } from "../../support/vault.ts";
import { workspace } from "../../support/workspace.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(async () => made[Symbol.asyncDispose]());

/** A plan for new AES keys of these names. */
async function prepare(vault: Vault, ...names: string[]): Promise<PreparedPlan> {
  const request = (name: string) => planKeyCreate(vault.reader, { ...PLAIN_KEY, name, algorithm: "aes-256" });
  return preparePlan(vault, ACTIONS, { actions: await Promise.all(names.map(request)), reason: "a test" });
}

/** The same vault, seen at another time. */
async function openAt(vault: MadeVault, milliseconds: number): Promise<Vault> {
  return openVault(vault.path, { ...vault.surroundings, clock: () => new Date(Date.now() + milliseconds) });
}

describe("an approved plan", () => {
  test("one entry of the plan, one of each action; then what the actions made", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const prepared = await prepare(vault, "first", "second");
    const people = copy.interaction("carol", "alice");
    const { plan, entries, effects } = await executePlan(vault, prepared, people);

    expect(plan).toBe(prepared.plan.id);
    expect(entries).toEqual([6, 7, 8]);
    const { entries: chain } = await listEntries(vault.reader, { after: 5, limit: 10 });
    expect(chain.map(({ type, actor }) => [type, actor])).toEqual([
      ["plan.execute", `plan:${plan}`],
      ["key.create", `plan:${plan}`],
      ["key.create", `plan:${plan}`],
    ]);
    expect(effects.map(({ action, data }) => [action, data["action"]])).toEqual([
      ["key.create", 0],
      ["key.create", 1],
    ]);
    expect(chain[1]?.data).toEqual(effects[0]?.data);
    expect(chain[0]?.data).toMatchObject({
      plan: { head: { size: 5 }, session: null },
      approvals: [
        { statement: { custodian: "carol", at: "host", seen: { size: 5 }, plan: planDigest(prepared.plan) } },
        { statement: { custodian: "alice", at: "host", seen: { size: 5 } } },
      ],
    });
    expect(people.views).toEqual([prepared.view]);
    expect((await copy.verify()).acts).toBe(1);
  });

  test("the same one again is refused, and nothing is made twice", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const prepared = await prepare(vault, "first");
    await executePlan(vault, prepared, copy.interaction("alice", "bob"));
    const again = executePlan(vault, prepared, copy.interaction("alice", "bob"));
    await expect(again).rejects.toThrow("the plan was executed at entry 6");
    expect((await copy.verify()).acts).toBe(1);
  });

  test("several actions: all of them, or none", async () => {
    await using copy = await made.copy();
    const before = await stateOf(copy);
    await using vault = await copy.open();
    const prepared = await prepare(vault, "first", "second", "first");
    const executed = executePlan(vault, prepared, copy.interaction("alice", "bob"));
    await expect(executed).rejects.toMatchObject({ code: "EXISTS" });
    expect(await stateOf(copy)).toEqual(before);
    expect(await refusalsOf(copy)).toMatchObject([{ code: "EXISTS" }]);
  });

  test("another one of the same name came first: refused when it is executed", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const late = await prepare(vault, "first");
    await executePlan(vault, await prepare(vault, "first"), copy.interaction("alice", "bob"));
    const executed = executePlan(vault, late, copy.interaction("bob", "carol"));
    await expect(executed).rejects.toMatchObject({ code: "EXISTS" });
    expect(await refusalsOf(copy)).toMatchObject([{ code: "EXISTS" }]);
    expect((await copy.verify()).acts).toBe(1);
  });
});

describe("a refusal", () => {
  test("what can't be done as things stand is refused before anybody is asked", async () => {
    await using copy = await made.copy();
    await copy.createKey("first", ["alice", "bob"]);
    await using vault = await copy.open();
    const prepared = await prepare(vault, "first");
    expect(prepared.objection).toMatchObject({ code: "EXISTS" });
    const people = copy.interaction("alice", "bob");
    await expect(executePlan(vault, prepared, people)).rejects.toBe(prepared.objection);
    expect([people.views, people.progress]).toEqual([[], []]);
  });

  test("leaves one entry that says what was asked, and why not", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const prepared = await prepare(vault, "first", "second");
    const people = copy.interaction("alice", "bob");
    people.agreeing = false;
    await expect(executePlan(vault, prepared, people)).rejects.toMatchObject({ code: "ABORTED" });
    const { entries } = await listEntries(vault.reader, { type: "plan.refuse", after: 0, limit: 10 });
    expect(entries.map(({ data }) => data)).toEqual([
      {
        plan: prepared.plan.id,
        digest: planDigest(prepared.plan),
        actions: ["key.create", "key.create"],
        code: "ABORTED",
        message: "aborted",
      },
    ]);
  });

  test("whose message is long or malformed is cut, and still recorded", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const people = new ScriptedPeople([
      async () => {
        throw new ConclaveError("ABORTED", `${"x".repeat(511)}\u{1f600}`);
      },
    ]);
    await expect(executePlan(vault, await prepare(vault, "first"), people)).rejects.toMatchObject({ code: "ABORTED" });
    expect(await refusalsOf(copy)).toEqual([{ code: "ABORTED", message: `${"x".repeat(511)}\ufffd` }]);
    await copy.verify();
  });

  test("an error of ours is not the people's: it leaves no entry", async () => {
    await using copy = await made.copy();
    await using vault = await copy.open();
    const people = new ScriptedPeople([
      async () => {
        throw new TypeError("a bug");
      },
    ]);
    await expect(executePlan(vault, await prepare(vault, "first"), people)).rejects.toThrow("a bug");
    expect(await refusalsOf(copy)).toEqual([]);
  });

  test("while the quorum is pending", async () => {
    await using place = await workspace();
    await pendingVault(place, ["alice", "bob"]);
    await using vault = await openVault(place.file("vault"), surroundingsOf(place));
    await expect(prepare(vault, "first")).rejects.toMatchObject({
      code: "REFUSED",
      message: "quorum root is pending: no proof yet of carol",
    });
  });

  test.for([
    {
      what: "an unknown action",
      action: { action: "key.steal", parameters: {} },
      says: /action key\.steal is unknown/,
    },
    { what: "no parameters", action: { action: "key.create", parameters: {} }, says: /^parameters\./ },
  ])("$what", async ({ action, says }) => {
    await using vault = await made.open();
    const prepared = preparePlan(vault, ACTIONS, { actions: [action], reason: "" });
    await expect(prepared).rejects.toMatchObject({ code: "USAGE", message: expect.stringMatching(says) });
  });
});

describe("H7: time", () => {
  test("a plan that waited too long is refused, and can be made again", async () => {
    await using copy = await made.copy();
    await using today = await copy.open();
    const prepared = await prepare(today, "first");
    await using tomorrow = await openAt(copy, DAY + MINUTE);
    const executed = executePlan(tomorrow, prepared, copy.interaction("alice", "bob"));
    await expect(executed).rejects.toMatchObject({
      code: "PLAN_INVALID",
      message: `the plan expired at ${prepared.plan.expires}`,
    });
    expect(await refusalsOf(copy)).toMatchObject([{ code: "PLAN_INVALID" }]);
  });

  test("a clock that went back a little: the time of the last approved act is taken", async () => {
    await using copy = await made.copy();
    await copy.createKey("first", ["alice", "bob"]);
    await using earlier = await openAt(copy, -MINUTE);
    const { entries } = await executePlan(earlier, await prepare(earlier, "second"), copy.interaction("alice", "bob"));
    const { entries: chain } = await listEntries(earlier.reader, { after: 5, limit: 10 });
    expect(chain.find(({ sequence }) => sequence === entries[0])?.time).toBe(chain[0]?.time);
    await copy.verify();
  });

  test.for([-3 * MINUTE, -30 * DAY])("a clock that went back by %d ms executes nothing", async (milliseconds) => {
    await using copy = await made.copy();
    await copy.createKey("first", ["alice", "bob"]);
    const before = await stateOf(copy);
    await using earlier = await openAt(copy, milliseconds);
    const executed = executePlan(earlier, await prepare(earlier, "second"), copy.interaction("alice", "bob"));
    await expect(executed).rejects.toMatchObject({
      code: "HOST_PREFLIGHT",
      message: expect.stringMatching(/^the clock says .*Z, the last approved act was at .*Z$/),
    });
    expect(await stateOf(copy)).toEqual(before);
  });
});
