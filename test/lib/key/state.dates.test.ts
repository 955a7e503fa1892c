import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { countKeys } from "../../../src/lib/key/count.ts";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { listKeys } from "../../../src/lib/key/list.ts";
import type { KeyState } from "../../../src/lib/key/state.ts";
import { create, move, rotate, together, update } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const DAY = 86_400_000;
const START = Date.parse("2027-01-31T12:00:00.000Z");

/** A vault whose host's clock a test moves: by days since `START`. */
class DatedVault implements AsyncDisposable {
  readonly made: MadeVault;
  readonly #clock: { now: number };

  private constructor(made: MadeVault, clock: { now: number }) {
    this.made = made;
    this.#clock = clock;
  }

  static async found(): Promise<DatedVault> {
    const clock = { now: START };
    return new DatedVault(await foundVault({ surroundings: { clock: () => new Date(clock.now) } }), clock);
  }

  /** @param days since `START`; `beforehand` is one millisecond earlier */
  at(days: number, beforehand = false): this {
    this.#clock.now = START + days * DAY - (beforehand ? 1 : 0);
    return this;
  }

  async perform(...planners: readonly Planner[]): Promise<void> {
    for (const planner of planners) await this.made.perform(planner);
  }

  /** The key's state as `key show` tells it, which must be that of `key list` and of `status`. */
  async stateOf(name: string): Promise<KeyState> {
    const time = new Date(this.#clock.now).toISOString();
    await using vault = await this.made.open();
    const { state, id } = await describeKey(vault.reader, name, time);
    const { keys } = await listKeys(vault.reader, { state, limit: 100 }, time);
    assert.ok(
      keys.some((key) => key.id === id),
      `key list does not have ${name} as ${state}`,
    );
    assert.equal((await countKeys(vault.reader, time)).states[state], keys.length);
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.equal((await this.made.verify()).result, "VERIFIED");
    await this.made[Symbol.asyncDispose]();
  }
}

/** RFC 3339, so many days after `START`. */
function day(days: number): string {
  return new Date(START + days * DAY).toISOString();
}

const FROM_1_TO_3 = { activateAt: day(1), deactivateAt: day(3) };

test("dates take effect to the millisecond, without anybody's act", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", FROM_1_TO_3));
  const seen: [number, boolean, KeyState][] = [
    [0, false, "pre-active"],
    [1, true, "pre-active"],
    [1, false, "active"],
    [3, true, "active"],
    [3, false, "deactivated"],
    [1000, false, "deactivated"],
  ];
  for (const [days, beforehand, state] of seen) expect(await vault.at(days, beforehand).stateOf("k")).toBe(state);
});

test("an act begins from the state that the date has made", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", FROM_1_TO_3));
  const refusal = async (planner: Planner) => {
    const refused = await refusalOf(vault.made.perform(planner));
    return refused === "accepted" ? refused : refused.message;
  };
  vault.at(1, true);
  expect(await refusal(rotate("k"))).toContain("version 1 is pre-active");
  vault.at(1);
  expect(await refusal(move("activate", "k"))).toContain("version 1 is active");
  vault.at(3);
  expect(await refusal(move("deactivate", "k"))).toContain("version 1 is deactivated");
  expect(await refusal(rotate("k"))).toBe("accepted");
  expect(await vault.stateOf("k")).toBe("active");
});

test("activated by hand before its date, it goes on to its end", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", FROM_1_TO_3), move("activate", "k"));
  expect(await vault.stateOf("k")).toBe("active");
  expect(await vault.at(3, true).stateOf("k")).toBe("active");
  expect(await vault.at(3).stateOf("k")).toBe("deactivated");
});

test("deactivated by hand before its date, it stays so", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", { deactivateAt: day(3) }), move("deactivate", "k"));
  for (const days of [0, 2, 4]) expect(await vault.at(days).stateOf("k")).toBe("deactivated");
});

test.for([
  { suspended: 0, resumed: 0.5, states: ["pre-active", "active", "deactivated"] },
  { suspended: 0, resumed: 2, states: ["active", "active", "deactivated"] },
  { suspended: 0, resumed: 4, states: ["deactivated", "deactivated", "deactivated"] },
  { suspended: 2, resumed: 2.5, states: ["active", "active", "deactivated"] },
  { suspended: 2, resumed: 4, states: ["deactivated", "deactivated", "deactivated"] },
  { suspended: 3.5, resumed: 4, states: ["deactivated", "deactivated", "deactivated"] },
] as const)(
  "suspended on day $suspended, resumed on day $resumed: dates that came meanwhile took effect: $states",
  async ({ suspended, resumed, states }) => {
    await using vault = await DatedVault.found();
    await vault.perform(create("k", FROM_1_TO_3));
    await vault.at(suspended).perform(move("suspend", "k"));
    expect(await vault.at(resumed).stateOf("k")).toBe("suspended");
    await vault.perform(move("resume", "k"));
    const found: KeyState[] = [await vault.stateOf("k")];
    for (const days of [2.6, 5]) found.push(await vault.at(Math.max(days, resumed)).stateOf("k"));
    expect(found).toEqual(states);
  },
);

test("compromised and destroyed know no dates", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("a", FROM_1_TO_3), create("b", FROM_1_TO_3));
  await vault.perform(move("compromise", "a"), move("destroy", "b"));
  for (const days of [0, 2, 4]) {
    expect(await vault.at(days).stateOf("a")).toBe("compromised");
    expect(await vault.stateOf("b")).toBe("destroyed");
  }
});

test("a new version has no dates of the old one", async () => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", { deactivateAt: day(3) }), rotate("k"));
  expect(await vault.at(4).stateOf("k")).toBe("active");
});

test.for([
  {
    what: "active at once, and from a date",
    request: { activateAt: day(1) },
    changes: { state: "active" },
    message: "only a key that begins pre-active becomes active later",
  },
  {
    what: "deactivated in the past",
    request: { deactivateAt: day(-1) },
    message: `the key would be deactivated at ${day(-1)}, before it is active`,
  },
  {
    what: "deactivated now",
    request: { deactivateAt: day(0) },
    message: `the key would be deactivated at ${day(0)}, before it is active`,
  },
  {
    what: "deactivated when it is activated",
    request: { activateAt: day(2), deactivateAt: day(2) },
    message: `the key would be deactivated at ${day(2)}, before it is active`,
  },
])("refused: $what", async ({ request, changes, message }) => {
  await using vault = await DatedVault.found();
  const planner: Planner = async (opened) =>
    (await create("k", request)(opened)).map(({ action, parameters }) => ({
      action,
      parameters: { ...parameters, ...changes },
    }));
  expect(await refusalOf(vault.made.perform(planner))).toEqual({ code: "USAGE", message });
});

test.for(["tomorrow", "2027-02-30", "2027-02-01T12:00:00", "2027-02-01T12:00:00+01:00", "1e9", ""])(
  "--activate-at %j is no time in UTC",
  async (text) => {
    await using vault = await DatedVault.found();
    expect(await refusalOf(vault.made.perform(create("k", { activateAt: text })))).toEqual({
      code: "USAGE",
      message: "--activate-at: wanted a time in UTC, 2027-01-31 or 2027-01-31T12:00:00Z",
    });
  },
);

test.for([
  { text: "2027-02-01", is: "2027-02-01T00:00:00.000Z" },
  { text: "2027-02-01T12:00Z", is: "2027-02-01T12:00:00.000Z" },
  { text: "2027-02-01T12:00:07.5Z", is: "2027-02-01T12:00:07.500Z" },
])("--activate-at $text is $is", async ({ text, is }) => {
  await using vault = await DatedVault.found();
  await vault.perform(create("k", { activateAt: text }));
  await using opened = await vault.made.open();
  const { versions } = await describeKey(opened.reader, "k", day(0));
  expect(versions[0]).toMatchObject({ activateAt: is, deactivateAt: null });
});

test("the states that status counts, and the keys that are due, are those that key list lists, whatever the time", async () => {
  await using vault = await DatedVault.found();
  const dates = [undefined, day(1), day(3), day(5)];
  const names: Planner[] = [];
  for (const [i, activateAt] of dates.entries()) {
    for (const [j, deactivateAt] of dates.entries()) {
      if (activateAt !== undefined && deactivateAt !== undefined && deactivateAt <= activateAt) continue;
      for (const cryptoperiod of [undefined, "2d"])
        names.push(create(`k${i}${j}${cryptoperiod ?? ""}`, { activateAt, deactivateAt, cryptoperiod }));
    }
  }
  await vault.perform(together(...names), create("idle", { preActive: true, cryptoperiod: "2d" }));
  await vault.perform(move("suspend", "k012d"), move("compromise", "k022d"), move("destroy", "k032d"));
  await vault.perform(update("k00", { cryptoperiod: "4d" }), rotate("k002d"));

  await using opened = await vault.made.open();
  const { reader } = opened;
  for (const days of [0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6]) {
    const time = day(days);
    const { keys } = await listKeys(reader, { limit: 1000 }, time);
    const states: Partial<Record<KeyState, number>> = {};
    for (const { state } of keys) states[state] = (states[state] ?? 0) + 1;
    const due = await listKeys(reader, { due: true, limit: 1000 }, time);
    expect(due.keys.every(({ state }) => state === "active")).toBe(true);
    expect(await countKeys(reader, time)).toEqual({ states, due: due.keys.length });
  }
});
