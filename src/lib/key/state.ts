import type { Usage } from "./algorithm.ts";

/** States of a key version (NIST SP 800-57 part 1 rev. 5, section 7). */
export type KeyState = "pre-active" | "active" | "suspended" | "deactivated" | "compromised" | "destroyed";

export const KEY_STATES = [
  "pre-active",
  "active",
  "suspended",
  "deactivated",
  "compromised",
  "destroyed",
] as const satisfies readonly KeyState[];

/** What moves a key version from one state to another. */
export type Transition = "activate" | "suspend" | "resume" | "deactivate" | "compromise" | "destroy";

export const TRANSITIONS = [
  "activate",
  "suspend",
  "resume",
  "deactivate",
  "compromise",
  "destroy",
] as const satisfies readonly Transition[];

/** Where a resumed version goes: to the state that it was suspended from. */
export const BEFORE = "before";

/**
 * Where each transition leads from each state; what is missing is refused.
 *
 * Sections 7.1 to 7.6; `destroy` from active deactivates in the same act; a destroyed version that turns out to
 * have been compromised stays destroyed, and remembers it.
 */
const LEADS: { readonly [S in KeyState]: { readonly [T in Transition]?: KeyState | typeof BEFORE } } = {
  "pre-active": { activate: "active", suspend: "suspended", compromise: "compromised", destroy: "destroyed" },
  active: { suspend: "suspended", deactivate: "deactivated", compromise: "compromised", destroy: "destroyed" },
  suspended: { resume: BEFORE, deactivate: "deactivated", compromise: "compromised", destroy: "destroyed" },
  deactivated: { suspend: "suspended", compromise: "compromised", destroy: "destroyed" },
  compromised: { destroy: "destroyed" },
  destroyed: { compromise: "destroyed" },
};

/** What is done with a key in a state: protecting makes new ciphertexts, tags and signatures; processing opens and checks old ones. */
type Permission = "all" | "processing" | "processing if accepted" | "nothing";

const PERMITS = {
  "pre-active": "nothing",
  active: "all",
  suspended: "nothing",
  deactivated: "processing",
  compromised: "processing if accepted",
  destroyed: "nothing",
} as const satisfies Record<KeyState, Permission>;

/** Usages that open or check what was protected before. */
const PROCESSING: readonly Usage[] = ["decrypt", "unwrap", "verify"];

/**
 * Whether the secret of a key may leave the vault, and where SP 800-57 part 1 rev. 5 says why.
 *
 * Keys are distributed before they are used (8.1.5.2), and while they are (8.2.1); a deactivated one opens what it
 * protected, wherever that lies now (7.4, 8.3). A suspended one waits until it is known whether it is compromised (7.3).
 * Of a compromised one no further copies are made: what it protected is opened here, by explicit choice (7.5).
 */
const LEAVES = {
  "pre-active": true,
  active: true,
  suspended: false,
  deactivated: true,
  compromised: false,
  destroyed: false,
} as const satisfies Record<KeyState, boolean>;

/** Usages that the public half of a key has. */
const PUBLIC: readonly Usage[] = ["encrypt", "wrap", "verify", "derive"];

/** Whether the secret of a version in this state may leave the vault, if the key is exportable. */
export function mayLeave(state: KeyState): boolean {
  return LEAVES[state];
}

/** The states in which a secret may leave the vault, for a message. */
export const LEAVING_STATES: readonly KeyState[] = KEY_STATES.filter(mayLeave);

/** The usages of a key's public half that a state still permits. */
export function publicUsages(state: KeyState, usages: readonly Usage[]): Usage[] {
  return permittedUsages(state, usages).filter((usage) => PUBLIC.includes(usage));
}

/** The state that a transition leads to, or undefined if it is refused. */
export function nextState(state: KeyState, transition: Transition): KeyState | typeof BEFORE | undefined {
  return LEADS[state][transition];
}

/** The states from which a transition is possible, for a message. */
export function statesBefore(transition: Transition): KeyState[] {
  return KEY_STATES.filter((state) => nextState(state, transition) !== undefined);
}

/** The usages of a key that a state still permits. @param acceptCompromised whether somebody explicitly takes what a compromised key opens */
export function permittedUsages(state: KeyState, usages: readonly Usage[], acceptCompromised = false): Usage[] {
  const permission: Permission = PERMITS[state];
  if (permission === "all") return [...usages];
  if (permission === "nothing" || (permission === "processing if accepted" && !acceptCompromised)) return [];
  return usages.filter((usage) => PROCESSING.includes(usage));
}

/** What decides a version's state at a moment. */
export interface DatedState {
  state: KeyState;
  /** When a pre-active version becomes active by itself. */
  activateAt: string | null;
  /** When an active version becomes deactivated by itself. */
  deactivateAt: string | null;
}

/** The state at a moment: dates take effect by themselves. @param time RFC 3339 */
export function stateAt({ state, activateAt, deactivateAt }: DatedState, time: string): KeyState {
  const activated = state === "pre-active" && activateAt !== null && activateAt <= time ? "active" : state;
  return activated === "active" && deactivateAt !== null && deactivateAt <= time ? "deactivated" : activated;
}
