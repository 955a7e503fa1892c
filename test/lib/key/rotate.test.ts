import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { ALGORITHM_NAMES } from "../../../src/lib/key/algorithm.ts";
import { describeKey, type KeyDescription } from "../../../src/lib/key/describe.ts";
import { planRotateDue } from "../../../src/lib/key/request.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { create, move, rotate, together, update } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

let original: MadeVault;
beforeAll(async () => {
  original = await foundVault();
  await original.perform(together(...ALGORITHM_NAMES.map((algorithm) => create(algorithm, { algorithm }))));
});
afterAll(() => original[Symbol.asyncDispose]());

async function show(made: MadeVault, name: string): Promise<KeyDescription> {
  await using vault = await made.open();
  return await describeKey(vault.reader, name, new Date().toISOString());
}

test.for(ALGORITHM_NAMES)(
  "%s: a new version, active, of other material; the old one opens and checks",
  async (name) => {
    await using made = await original.copy();
    const [first] = (await show(made, name)).versions;
    await made.perform(rotate(name));
    const { state, usages, versions } = await show(made, name);
    const [old, current, ...others] = versions;

    expect(others).toEqual([]);
    expect(state).toBe("active");
    expect(current).toMatchObject({
      version: 2,
      state: "active",
      permits: usages,
      activateAt: null,
      deactivateAt: null,
    });
    expect(old).toMatchObject({ version: 1, state: "deactivated", created: first?.created });
    expect(old?.permits).toEqual(usages.filter((usage) => ["decrypt", "unwrap", "verify"].includes(usage)));
    expect([old?.checkValue, old?.publicKey]).toEqual([first?.checkValue, first?.publicKey]);
    expect([current?.checkValue, current?.publicKey]).not.toEqual([old?.checkValue, old?.publicKey]);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  },
);

describe("a plan that grew stale between its making and its execution", () => {
  /** Make a plan, let others act, execute it. @returns why it was refused */
  async function late(made: MadeVault, planner: Planner, ...meanwhile: Planner[]) {
    await using vault = await made.open();
    const prepared = await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason: "late" });
    for (const act of meanwhile) await made.perform(act);
    const before = await stateOf(made);
    const refusal = await refusalOf(executePlan(vault, prepared, made.interaction("bob", "carol")));
    if (refusal !== "accepted") expect(await stateOf(made)).toEqual(before);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
    return refusal;
  }

  test.for([
    {
      what: "key.rotate, rotated meanwhile",
      planner: rotate("aes-256"),
      meanwhile: [rotate("aes-256")],
      refusal: { code: "REFUSED", message: "key default/aes-256 is at version 2 by now, not 1" },
    },
    {
      what: "key.rotate, suspended meanwhile",
      planner: rotate("aes-256"),
      meanwhile: [move("suspend", "aes-256")],
      refusal: {
        code: "REFUSED",
        message: "key default/aes-256 version 1 is suspended: rotate starts from active or deactivated or compromised",
      },
    },
    {
      what: "key.suspend, of all versions, rotated meanwhile",
      planner: move("suspend", "aes-256"),
      meanwhile: [rotate("aes-256")],
      refusal: {
        code: "REFUSED",
        message: "suspend acts on all versions of key default/aes-256 that it applies to: 1, 2, not 1",
      },
    },
    {
      what: "key.destroy, destroyed meanwhile",
      planner: move("destroy", "aes-256"),
      meanwhile: [move("destroy", "aes-256")],
      refusal: {
        code: "REFUSED",
        message:
          "key default/aes-256 version 1 is destroyed: destroy starts from pre-active or active or suspended or deactivated or compromised",
      },
    },
    {
      what: "key.suspend, renamed meanwhile",
      planner: move("suspend", "aes-256"),
      meanwhile: [update("aes-256", { name: "other" })],
      refusal: { code: "NOT_FOUND", message: expect.stringMatching(/^no key default\/aes-256 with id /) },
    },
    {
      what: "key.update, to a name given meanwhile",
      planner: update("aes-256", { name: "other" }),
      meanwhile: [create("other")],
      refusal: {
        code: "EXISTS",
        message: "key default/other exists already, or did; a name is given once, for ever",
      },
    },
    {
      what: "key.update, narrowed meanwhile",
      planner: update("aes-256", { usages: ["encrypt"] }),
      meanwhile: [update("aes-256", { usages: ["decrypt"] })],
      refusal: {
        code: "REFUSED",
        message: "key default/aes-256: usages can only be narrowed; it never had encrypt",
      },
    },
  ])("$what", async ({ planner, meanwhile, refusal }) => {
    await using made = await original.copy();
    expect(await late(made, planner, ...meanwhile)).toEqual(refusal);
  });

  test("key.destroy of the versions that there were leaves a newer one alone", async () => {
    await using made = await original.copy();
    expect(await late(made, move("destroy", "aes-256"), rotate("aes-256"))).toBe("accepted");
    expect((await show(made, "aes-256")).versions.map(({ state }) => state)).toEqual(["destroyed", "active"]);
  });

  test("what doesn't matter to it is no reason to refuse", async () => {
    await using made = await original.copy();
    const meanwhile = [create("other"), rotate("other"), update("aes-256", { tag: ["a=b"] })];
    expect(await late(made, rotate("aes-256"), ...meanwhile)).toBe("accepted");
  });
});

test("--due: every active key whose cryptoperiod ended, in one plan; none afterwards", async () => {
  const start = Date.now();
  let now = start;
  await using made = await foundVault({ surroundings: { clock: () => new Date(now) } });
  await made.perform(
    together(
      create("monthly", { cryptoperiod: "30d" }),
      create("yearly", { cryptoperiod: "1y" }),
      create("endless"),
      create("suspended", { cryptoperiod: "30d" }),
      create("waiting", { cryptoperiod: "30d", preActive: true }),
    ),
  );
  await made.perform(move("suspend", "suspended"));
  const due: Planner = ({ reader, clock }) => planRotateDue(reader, undefined, clock().toISOString());
  const namesDue = async () => {
    await using vault = await made.open();
    return (await due(vault))
      .map(({ parameters }) => String(Object(parameters["key"]).name))
      .toSorted((a, b) => a.localeCompare(b));
  };
  const day = 86_400_000;

  now = start + 29 * day;
  expect(await namesDue()).toEqual([]);
  now = start + 31 * day;
  expect(await namesDue()).toEqual(["monthly"]);
  now = start + 366 * day;
  expect(await namesDue()).toEqual(["monthly", "yearly"]);
  const executed = await made.perform(due);
  expect(executed.effects.map(({ action }) => action)).toEqual(["key.rotate", "key.rotate"]);
  expect(await namesDue()).toEqual([]);
  now += 31 * day;
  expect(await namesDue()).toEqual(["monthly"]);
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});
