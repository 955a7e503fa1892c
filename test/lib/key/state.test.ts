import { describe, expect, test } from "vitest";
import { USAGES, type Usage } from "../../../src/lib/key/algorithm.ts";
import {
  BEFORE,
  KEY_STATES,
  type KeyState,
  nextState,
  permittedUsages,
  stateAt,
  statesBefore,
  TRANSITIONS,
  type Transition,
} from "../../../src/lib/key/state.ts";

/** Where a transition leads; undefined: it is refused. */
interface TransitionCase {
  from: KeyState;
  by: Transition;
  to: KeyState | typeof BEFORE | undefined;
  source: string;
}

/** Sections of NIST SP 800-57 part 1 rev. 5, or a rule of our own. */
const EVERY_VERSION = "own rule: a key is suspended with all of its versions";
const CASES: readonly TransitionCase[] = [
  { from: "pre-active", by: "activate", to: "active", source: "7.1, transition 4" },
  { from: "pre-active", by: "suspend", to: "suspended", source: EVERY_VERSION },
  { from: "pre-active", by: "resume", to: undefined, source: "7.1: it isn't suspended" },
  { from: "pre-active", by: "deactivate", to: undefined, source: "7.1: it never was active" },
  { from: "pre-active", by: "compromise", to: "compromised", source: "7.1, transition 3" },
  { from: "pre-active", by: "destroy", to: "destroyed", source: "7.1, transition 2" },

  { from: "active", by: "activate", to: undefined, source: "7.2: it is active" },
  { from: "active", by: "suspend", to: "suspended", source: "7.2, transition 7" },
  { from: "active", by: "resume", to: undefined, source: "7.2: it isn't suspended" },
  { from: "active", by: "deactivate", to: "deactivated", source: "7.2, transition 8" },
  { from: "active", by: "compromise", to: "compromised", source: "7.2, transition 6" },
  { from: "active", by: "destroy", to: "destroyed", source: "7.2, transition 5" },

  { from: "suspended", by: "activate", to: undefined, source: "7.3: it is restored to what it was, by resume" },
  { from: "suspended", by: "suspend", to: undefined, source: "7.3: it is suspended" },
  { from: "suspended", by: "resume", to: BEFORE, source: "7.3: restored; own rule: also to another state than active" },
  { from: "suspended", by: "deactivate", to: "deactivated", source: "7.3: may be deactivated" },
  { from: "suspended", by: "compromise", to: "compromised", source: "7.3: may transition to compromised" },
  { from: "suspended", by: "destroy", to: "destroyed", source: "7.3, transition 9" },

  { from: "deactivated", by: "activate", to: undefined, source: "7.4: no way back to active" },
  { from: "deactivated", by: "suspend", to: "suspended", source: EVERY_VERSION },
  { from: "deactivated", by: "resume", to: undefined, source: "7.4: no way back to active" },
  { from: "deactivated", by: "deactivate", to: undefined, source: "7.4: it is deactivated" },
  { from: "deactivated", by: "compromise", to: "compromised", source: "7.4: may transition to compromised" },
  { from: "deactivated", by: "destroy", to: "destroyed", source: "7.4: may be destroyed" },

  { from: "compromised", by: "activate", to: undefined, source: "7.5: no way back" },
  { from: "compromised", by: "suspend", to: undefined, source: "7.5: no way back" },
  { from: "compromised", by: "resume", to: undefined, source: "7.5: no way back" },
  { from: "compromised", by: "deactivate", to: undefined, source: "7.5: no way back" },
  { from: "compromised", by: "compromise", to: undefined, source: "7.5: it is compromised" },
  { from: "compromised", by: "destroy", to: "destroyed", source: "7.5: may only be destroyed" },

  { from: "destroyed", by: "activate", to: undefined, source: "7.6: no way back" },
  { from: "destroyed", by: "suspend", to: undefined, source: "7.6: no way back" },
  { from: "destroyed", by: "resume", to: undefined, source: "7.6: no way back" },
  { from: "destroyed", by: "deactivate", to: undefined, source: "7.6: no way back" },
  { from: "destroyed", by: "compromise", to: "destroyed", source: "7.6: marked, if found out later" },
  { from: "destroyed", by: "destroy", to: undefined, source: "7.6: it is destroyed" },
];

describe("SP 800-57 part 1 rev. 5", () => {
  test.for(CASES)("$from, $by: $to ($source)", ({ from, by, to }) => {
    expect(nextState(from, by)).toBe(to);
  });

  test("no state and no transition was left out", () => {
    const pairs = CASES.map(({ from, by }) => `${from} ${by}`);
    expect(pairs).toEqual(KEY_STATES.flatMap((from) => TRANSITIONS.map((by) => `${from} ${by}`)));
  });

  test.for(TRANSITIONS)("where %s starts from", (by) => {
    const wanted = CASES.filter((row) => row.by === by && row.to !== undefined).map(({ from }) => from);
    expect(statesBefore(by)).toEqual(wanted);
  });
});

describe("what a state permits, of each usage", () => {
  const NONE: readonly Usage[] = [];
  const PROCESSING: readonly Usage[] = ["decrypt", "unwrap", "verify"];
  const rows = [
    { state: "pre-active", permits: NONE, accepted: NONE, source: "7.1" },
    { state: "active", permits: USAGES, accepted: USAGES, source: "7.2" },
    { state: "suspended", permits: NONE, accepted: NONE, source: "7.3; own rule: processing neither" },
    { state: "deactivated", permits: PROCESSING, accepted: PROCESSING, source: "7.4" },
    { state: "compromised", permits: NONE, accepted: PROCESSING, source: "7.5" },
    { state: "destroyed", permits: NONE, accepted: NONE, source: "7.6" },
  ] as const;

  test("every state has its row", () => {
    expect(rows.map(({ state }) => state)).toEqual(KEY_STATES);
  });

  const cases = rows.flatMap(({ state, permits, accepted, source }) =>
    USAGES.flatMap((usage) => [
      { state, usage, accept: false, permitted: permits.includes(usage), source },
      { state, usage, accept: true, permitted: accepted.includes(usage), source },
    ]),
  );

  test.for(cases)("$state, $usage, compromised accepted $accept: $permitted ($source)", (row) => {
    expect(permittedUsages(row.state, [row.usage], row.accept)).toEqual(row.permitted ? [row.usage] : []);
  });

  test("never more than the key's own usages, and in their order", () => {
    expect(permittedUsages("active", ["verify", "sign"])).toEqual(["verify", "sign"]);
    expect(permittedUsages("deactivated", ["verify", "sign"])).toEqual(["verify"]);
    expect(permittedUsages("active", [])).toEqual([]);
  });

  test("a compromised key needs an explicit word", () => {
    expect(permittedUsages("compromised", ["encrypt", "decrypt"])).toEqual([]);
  });
});

describe("dates take effect by themselves", () => {
  const [EARLIER, NOW, LATER] = ["2027-01-31T11:59:59.999Z", "2027-01-31T12:00:00.000Z", "2027-01-31T12:00:00.001Z"];
  const DATES = [null, EARLIER, NOW, LATER] as const;

  /** Whether a date came; `NOW` is the first moment at which it has. */
  const came = (date: string | null) => date === EARLIER || date === NOW;

  function expected(state: KeyState, activateAt: string | null, deactivateAt: string | null): KeyState {
    if (state === "pre-active" && !came(activateAt)) return "pre-active";
    if (state === "pre-active" || state === "active") return came(deactivateAt) ? "deactivated" : "active";
    return state;
  }

  const cases = KEY_STATES.flatMap((state) =>
    DATES.flatMap((activateAt) =>
      DATES.map((deactivateAt) => ({ state, activateAt, deactivateAt, is: expected(state, activateAt, deactivateAt) })),
    ),
  );

  test.for(cases)("$state, active from $activateAt, deactivated at $deactivateAt: $is", ({ is, ...version }) => {
    expect(stateAt(version, NOW)).toBe(is);
  });

  test("a date moves a state by one millisecond", () => {
    const version = { state: "pre-active", activateAt: NOW, deactivateAt: LATER } as const;
    expect([EARLIER, NOW, LATER].map((time) => stateAt(version, time))).toEqual([
      "pre-active",
      "active",
      "deactivated",
    ]);
  });
});
