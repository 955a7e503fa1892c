import type { Reader } from "../storage/storage.ts";
import { KEY_STATES, type KeyState } from "./state.ts";

/** How many keys are in each state, and how many active ones are to be rotated, without reading them. */
export interface KeyCounts {
  states: Partial<Record<KeyState, number>>;
  due: number;
}

/** @param time at which states are told */
export async function countKeys(state: Reader, time: string): Promise<KeyCounts> {
  const count = (stored: KeyState, ...dates: readonly ("activateAt" | "deactivateAt" | "rotateAt")[]) =>
    state.count("keys", { where: { state: stored }, upTo: Object.fromEntries(dates.map((date) => [date, time])) });

  // Dates that came have moved keys on from the state that is stored (`stateAt`).
  const activated = await count("pre-active", "activateAt");
  const activatedAndEnded = await count("pre-active", "activateAt", "deactivateAt");
  const ended = await count("active", "deactivateAt");
  const moved: Partial<Record<KeyState, number>> = {
    "pre-active": -activated,
    active: activated - activatedAndEnded - ended,
    deactivated: activatedAndEnded + ended,
  };
  const states: KeyCounts["states"] = {};
  for (const stored of KEY_STATES) {
    const total = (await count(stored)) + (moved[stored] ?? 0);
    if (total > 0) states[stored] = total;
  }
  const due =
    (await count("active", "rotateAt")) -
    (await count("active", "deactivateAt", "rotateAt")) +
    (await count("pre-active", "activateAt", "rotateAt")) -
    (await count("pre-active", "activateAt", "deactivateAt", "rotateAt"));
  return { states, due };
}
