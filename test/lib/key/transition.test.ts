import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { KEY_STATES, type KeyState, TRANSITIONS } from "../../../src/lib/key/state.ts";
import { create, move, rotate, together, update } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

/** All that may be done with a key. */
const OPERATIONS = [...TRANSITIONS, "rotate", "update"] as const;
type Operation = (typeof OPERATIONS)[number];

/** A key in each state, named after it; and one that was compromised before it was destroyed. */
const KEYS = [...KEY_STATES, "destroyed-compromised"] as const;
type Key = (typeof KEYS)[number];

/** What becomes of the key's state, or why not. */
type Outcome = { state: KeyState; stateOfVersion1?: KeyState } | { refused: string };

const FROM = {
  activate: "activate starts from pre-active",
  suspend: "suspend starts from pre-active or active or deactivated",
  resume: "resume starts from suspended",
  deactivate: "deactivate starts from active or suspended",
  compromise: "it is marked as compromised already",
  destroy: "destroy starts from pre-active or active or suspended or deactivated or compromised",
  rotate: "rotate starts from active or deactivated or compromised",
} as const;

/** `key default/NAME version 1 is STATE: …` */
function version1(key: Key, is: KeyState, operation: keyof typeof FROM): Outcome {
  return { refused: `key default/${key} version 1 is ${is}: ${FROM[operation]}` };
}

const COMPROMISE_AGAIN =
  "key default/compromised version 1 is compromised: compromise starts from pre-active or active or suspended or deactivated or destroyed";

const TABLE: Record<Key, Record<Operation, Outcome>> = {
  "pre-active": {
    activate: { state: "active" },
    suspend: { state: "suspended" },
    resume: version1("pre-active", "pre-active", "resume"),
    deactivate: version1("pre-active", "pre-active", "deactivate"),
    compromise: { state: "compromised" },
    destroy: { state: "destroyed" },
    rotate: version1("pre-active", "pre-active", "rotate"),
    update: { state: "pre-active" },
  },
  active: {
    activate: version1("active", "active", "activate"),
    suspend: { state: "suspended" },
    resume: version1("active", "active", "resume"),
    deactivate: { state: "deactivated" },
    compromise: { state: "compromised" },
    destroy: { state: "destroyed" },
    rotate: { state: "active", stateOfVersion1: "deactivated" },
    update: { state: "active" },
  },
  suspended: {
    activate: version1("suspended", "suspended", "activate"),
    suspend: version1("suspended", "suspended", "suspend"),
    resume: { state: "active" },
    deactivate: { state: "deactivated" },
    compromise: { state: "compromised" },
    destroy: { state: "destroyed" },
    rotate: version1("suspended", "suspended", "rotate"),
    update: { state: "suspended" },
  },
  deactivated: {
    activate: version1("deactivated", "deactivated", "activate"),
    suspend: { state: "suspended" },
    resume: version1("deactivated", "deactivated", "resume"),
    deactivate: version1("deactivated", "deactivated", "deactivate"),
    compromise: { state: "compromised" },
    destroy: { state: "destroyed" },
    rotate: { state: "active", stateOfVersion1: "deactivated" },
    update: { state: "deactivated" },
  },
  compromised: {
    activate: version1("compromised", "compromised", "activate"),
    suspend: version1("compromised", "compromised", "suspend"),
    resume: version1("compromised", "compromised", "resume"),
    deactivate: version1("compromised", "compromised", "deactivate"),
    compromise: { refused: COMPROMISE_AGAIN },
    destroy: { state: "destroyed" },
    rotate: { state: "active", stateOfVersion1: "compromised" },
    update: { state: "compromised" },
  },
  destroyed: {
    activate: version1("destroyed", "destroyed", "activate"),
    suspend: version1("destroyed", "destroyed", "suspend"),
    resume: version1("destroyed", "destroyed", "resume"),
    deactivate: version1("destroyed", "destroyed", "deactivate"),
    compromise: { state: "destroyed" },
    destroy: version1("destroyed", "destroyed", "destroy"),
    rotate: version1("destroyed", "destroyed", "rotate"),
    update: { refused: "key default/destroyed is destroyed: nothing of it changes any more" },
  },
  "destroyed-compromised": {
    activate: version1("destroyed-compromised", "destroyed", "activate"),
    suspend: version1("destroyed-compromised", "destroyed", "suspend"),
    resume: version1("destroyed-compromised", "destroyed", "resume"),
    deactivate: version1("destroyed-compromised", "destroyed", "deactivate"),
    compromise: version1("destroyed-compromised", "destroyed", "compromise"),
    destroy: version1("destroyed-compromised", "destroyed", "destroy"),
    rotate: version1("destroyed-compromised", "destroyed", "rotate"),
    update: { refused: "key default/destroyed-compromised is destroyed: nothing of it changes any more" },
  },
};

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(together(create("pre-active", { preActive: true }), ...KEYS.slice(1).map((name) => create(name))));
  await made.perform(
    together(
      move("suspend", "suspended"),
      move("deactivate", "deactivated"),
      move("compromise", "compromised"),
      move("compromise", "destroyed-compromised"),
      move("destroy", "destroyed"),
    ),
  );
  await made.perform(move("destroy", "destroyed-compromised"));
});
afterAll(() => made[Symbol.asyncDispose]());

function planner(operation: Operation, key: Key): Planner {
  if (operation === "rotate") return rotate(key);
  if (operation === "update") return update(key, { tag: ["owner=cards"] });
  return move(operation, key);
}

const cases = KEYS.flatMap((key) =>
  OPERATIONS.map((operation) => {
    const outcome = TABLE[key][operation];
    return { key, operation, outcome, told: "state" in outcome ? outcome.state : "refused" };
  }),
);

describe("every state, every operation", () => {
  test.for(cases)("$key, $operation: $told", async ({ key, operation, outcome }) => {
    await using copy = await made.copy();
    const before = await stateOf(copy);
    const refusal = await refusalOf(copy.perform(planner(operation, key)));

    if ("refused" in outcome) {
      expect(refusal).toEqual({ code: "REFUSED", message: outcome.refused });
      expect(await stateOf(copy)).toEqual(before);
      expect(await refusalsOf(copy)).toEqual([{ code: "REFUSED", message: outcome.refused }]);
    } else {
      expect(refusal).toBe("accepted");
      await using vault = await copy.open();
      const { state, versions } = await describeKey(vault.reader, key, new Date().toISOString());
      expect(state).toBe(outcome.state);
      expect(versions.map((version) => version.state)).toEqual(
        outcome.stateOfVersion1 === undefined ? [outcome.state] : [outcome.stateOfVersion1, outcome.state],
      );
      expect(await refusalsOf(copy)).toEqual([]);
    }
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });
});

describe("what a state remembers", () => {
  test("a destroyed key that was compromised, and one that turns out to be", async () => {
    await using copy = await made.copy();
    expect(await compromisedOf(copy, "destroyed-compromised")).toEqual([true]);
    expect(await compromisedOf(copy, "destroyed")).toEqual([false]);
    await copy.perform(move("compromise", "destroyed"));
    expect(await compromisedOf(copy, "destroyed")).toEqual([true]);
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("suspended and resumed, every version has the state that it had", async () => {
    await using copy = await made.copy();
    for (const planned of [
      create("k"),
      rotate("k"),
      rotate("k"),
      rotate("k"),
      rotate("k"),
      move("compromise", "k", 2),
      move("destroy", "k", 3),
    ])
      await copy.perform(planned);
    const versions = ["deactivated", "compromised", "destroyed", "deactivated", "active"];
    expect(await statesOf(copy, "k")).toEqual(versions);

    await copy.perform(move("suspend", "k"));
    expect(await statesOf(copy, "k")).toEqual(["suspended", "compromised", "destroyed", "suspended", "suspended"]);
    await copy.perform(move("resume", "k"));
    expect(await statesOf(copy, "k")).toEqual(versions);
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("a version deactivated while the key was suspended stays so when it is resumed", async () => {
    await using copy = await made.copy();
    for (const planned of [create("k"), rotate("k"), move("suspend", "k"), move("deactivate", "k", 2)])
      await copy.perform(planned);
    await copy.perform(move("resume", "k"));
    expect(await statesOf(copy, "k")).toEqual(["deactivated", "deactivated"]);
  });
});

describe("which versions", () => {
  const twice = [create("k"), rotate("k"), rotate("k")];

  test.for([
    { what: "activate: the current", acts: [move("activate", "k")], states: "refused" },
    { what: "deactivate: the current", acts: [move("deactivate", "k")], states: "deactivated deactivated deactivated" },
    { what: "compromise: all", acts: [move("compromise", "k")], states: "compromised compromised compromised" },
    { what: "compromise --version 2", acts: [move("compromise", "k", 2)], states: "deactivated compromised active" },
    {
      what: "compromise: all that are not yet",
      acts: [move("compromise", "k", 2), move("compromise", "k")],
      states: "compromised compromised compromised",
    },
    { what: "destroy: all", acts: [move("destroy", "k")], states: "destroyed destroyed destroyed" },
    { what: "destroy --version 1", acts: [move("destroy", "k", 1)], states: "destroyed deactivated active" },
    {
      what: "destroy: all that are left",
      acts: [move("destroy", "k", 1), move("destroy", "k")],
      states: "destroyed destroyed destroyed",
    },
    { what: "suspend: all", acts: [move("suspend", "k")], states: "suspended suspended suspended" },
    { what: "suspend --version 1", acts: [move("suspend", "k", 1)], states: "usage" },
    { what: "resume --version 1", acts: [move("suspend", "k"), move("resume", "k", 1)], states: "usage" },
    { what: "destroy --version 4, which is not", acts: [move("destroy", "k", 4)], states: "not found" },
  ])("$what: $states", async ({ acts, states }) => {
    await using copy = await made.copy();
    for (const planned of twice) await copy.perform(planned);
    let refusal: Awaited<ReturnType<typeof refusalOf>> = "accepted";
    for (const planned of acts) refusal = await refusalOf(copy.perform(planned));
    if (refusal === "accepted") expect((await statesOf(copy, "k")).join(" ")).toBe(states);
    else expect(refusal.code.toLowerCase().replace("_", " ")).toBe(states);
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("the key's own state is its current version's", async () => {
    await using copy = await made.copy();
    for (const planned of [...twice, move("compromise", "k", 1)]) await copy.perform(planned);
    await using vault = await copy.open();
    expect((await describeKey(vault.reader, "k", new Date().toISOString())).state).toBe("active");
  });
});

test.for(["suspend", "compromise", "destroy"] as const)(
  "%s needs a reason, and spaces are none",
  async (transition) => {
    await using copy = await made.copy();
    for (const reason of ["", "  "]) {
      expect(await refusalOf(copy.perform(move(transition, "active", undefined, reason)))).toEqual({
        code: "USAGE",
        message: `${transition} needs a reason`,
      });
    }
  },
);

test("several keys in one plan: all, or none if one of them is refused", async () => {
  await using copy = await made.copy();
  await copy.perform(create("second"));
  const before = await stateOf(copy);
  const refusal = await refusalOf(
    copy.perform(together(move("suspend", "active"), move("suspend", "compromised"), move("suspend", "second"))),
  );
  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("default/compromised version 1") });
  expect(await stateOf(copy)).toEqual(before);
  await copy.perform(together(move("suspend", "active"), move("suspend", "second")));
  expect([...(await statesOf(copy, "active")), ...(await statesOf(copy, "second"))]).toEqual([
    "suspended",
    "suspended",
  ]);
});

test("the same key twice in one plan is refused inside the transaction, and nothing is done", async () => {
  await using copy = await made.copy();
  const before = await stateOf(copy);
  expect(await refusalOf(copy.perform(together(move("suspend", "active"), move("suspend", "active"))))).toEqual({
    code: "REFUSED",
    message: "key default/active version 1 is suspended: suspend starts from pre-active or active or deactivated",
  });
  expect(await stateOf(copy)).toEqual(before);
  await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});

test("who must type what: names of keys to be destroyed, or how many if they are more than three", async () => {
  await using copy = await made.copy();
  const names = ["a", "b", "c", "d"];
  await copy.perform(together(...names.map((name) => create(name))));
  for (const [count, typed] of [
    [1, "a"],
    [2, "a b"],
    [3, "a b c"],
    [4, "all 4"],
  ] as const) {
    await using each = await copy.copy();
    const people = each.interaction("alice", "bob");
    await each.performWith(people, together(...names.slice(0, count).map((name) => move("destroy", name))));
    expect(people.typed).toEqual([typed]);
  }
  const people = copy.interaction("alice", "bob");
  await copy.performWith(people, move("suspend", "a"));
  expect(people.typed).toEqual([undefined]);
});

async function statesOf(vault: MadeVault, name: string): Promise<KeyState[]> {
  await using opened = await vault.open();
  const { versions } = await describeKey(opened.reader, name, new Date().toISOString());
  return versions.map(({ state }) => state);
}

async function compromisedOf(vault: MadeVault, name: string): Promise<boolean[]> {
  await using opened = await vault.open();
  const { versions } = await describeKey(opened.reader, name, new Date().toISOString());
  return versions.map(({ compromised }) => compromised);
}
