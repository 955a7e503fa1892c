import { z } from "zod";
import { type EntryType, effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { textSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { mirrorCurrentVersion } from "./new-version.ts";
import { guardians, keyPath, keyReferenceSchema, requireKey } from "./reference.ts";
import { BEFORE, type KeyState, nextState, stateAt, statesBefore, type Transition } from "./state.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  /** The versions that change, in ascending order. */
  versions: z.array(z.int().positive()).min(1).max(10_000),
  /** Why; must not be empty where the transition asks for a reason. */
  reason: textSchema,
});

export type TransitionParameters = z.infer<typeof parametersSchema>;

/** What there is to know of a transition, beside where it leads. */
interface TransitionRow {
  /** For the plan that custodians read. */
  effect: string;
  /** Whether it acts on all versions of a key that it applies to, or on those that are named. */
  scope: "every version" | "named versions";
  reasonNeeded: boolean;
  /** Whether the key's name must be typed. */
  final: boolean;
}

export const TRANSITION_ROWS = {
  activate: { effect: "it may be used", scope: "named versions", reasonNeeded: false, final: false },
  suspend: {
    effect: "nothing may be done with it until it is resumed",
    scope: "every version",
    reasonNeeded: true,
    final: false,
  },
  resume: {
    effect: "back to the state before it was suspended",
    scope: "every version",
    reasonNeeded: false,
    final: false,
  },
  deactivate: {
    effect: "it opens and checks what it protected, and protects nothing new",
    scope: "named versions",
    reasonNeeded: false,
    final: false,
  },
  compromise: {
    effect: "it is marked as known to others; what it protected is opened only by explicit choice",
    scope: "named versions",
    reasonNeeded: true,
    final: false,
  },
  destroy: {
    effect: "its material is erased for ever, but for copies in backups",
    scope: "named versions",
    reasonNeeded: true,
    final: true,
  },
} as const satisfies Record<Transition, TransitionRow>;

/** One transition as an action: `key.suspend`, `key.destroy`, … */
export function transitionAction(transition: Transition): Action<TransitionParameters> {
  const { effect, final }: TransitionRow = TRANSITION_ROWS[transition];
  return {
    name: `key.${transition}`,
    parameters: parametersSchema,
    quorums: ({ key }, state) => guardians(state, key.keyring),
    render: ({ key, versions, reason }) => [
      { label: "Key", value: keyPath(key) },
      { label: "Id", value: `${key.id}, keyring ${key.keyring.id}` },
      { label: "Versions", value: versions.join(", ") },
      { label: "Effect", value: effect },
      ...(reason === "" ? [] : [{ label: "Why", value: reason }]),
    ],
    ...(final && { confirmation: ({ key }: TransitionParameters) => key.name }),
    async check(parameters, state, time) {
      await transitionsOf(transition, parameters, state, time);
    },
    async *execute({ key, versions }, vault) {
      const removed: string[] = [];
      if (transition === "destroy") {
        for (const version of versions)
          removed.push((await vault.reader.find("keyVersions", { key: key.id, version }))?.blob ?? "");
      }
      yield { data: { key: key.id }, removed };
    },
  };
}

/** The entry of such an action. */
export function transitionEntry(transition: Transition): EntryType {
  return effectType({
    type: `key.${transition}`,
    data: z.strictObject({ plan: z.string(), action: z.int(), key: z.string() }),
    parameters: parametersSchema,
    async project(entry, data, parameters, { tables }) {
      if (data.key !== parameters.key.id) throw new ConclaveError("REFUSED", "of another key than the plan's");
      for (const { row, next } of await transitionsOf(transition, parameters, tables, entry.time)) {
        await applyTransition(tables, row, next, transition, entry.time);
      }
      await mirrorCurrentVersion(tables, parameters.key.id);
    },
  });
}

interface VersionTransition {
  row: Row<"keyVersions">;
  next: KeyState;
}

/**
 * What a transition does to each of the versions that it names.
 * @throws ConclaveError REFUSED naming the version, its state, and the states that would do
 */
async function transitionsOf(
  transition: Transition,
  { key, versions, reason }: TransitionParameters,
  state: Reader,
  time: string,
): Promise<VersionTransition[]> {
  const { scope, reasonNeeded }: TransitionRow = TRANSITION_ROWS[transition];
  if (reasonNeeded && reason.trim() === "")
    throw new ConclaveError("USAGE", `${transition} needs a reason`, { suggestions: ["Give --reason TEXT"] });
  const found = await requireKey(state, key);
  const rows = await Array.fromAsync(state.rows("keyVersions", { where: { key: found.id } }));
  if (scope === "every version")
    assertAll(transition, keyPath(key), versions, applicableVersions(transition, rows, time));
  return versions.map((version, i) => {
    const row = rows.find((candidate) => candidate.version === version);
    if (row === undefined) throw new ConclaveError("NOT_FOUND", `key ${keyPath(key)} has no version ${version}`);
    if (i > 0 && version <= (versions[i - 1] ?? 0))
      throw new ConclaveError("USAGE", "versions must be in ascending order");
    const next = leadsTo(row, transition, time);
    if (next !== undefined) return { row, next };
    throw refusal(transition, keyPath(key), row, time);
  });
}

/** Versions of a key that a transition applies to, at a time. */
export function applicableVersions(
  transition: Transition,
  rows: readonly Row<"keyVersions">[],
  time: string,
): number[] {
  return rows.filter((row) => leadsTo(row, transition, time) !== undefined).map(({ version }) => version);
}

/** The refusal of a transition that doesn't start in the version's state. */
function refusal(transition: Transition, path: string, row: Row<"keyVersions">, time: string): ConclaveError {
  const is = stateAt(row, time);
  const why =
    nextState(is, transition) === undefined
      ? `${transition} starts from ${statesBefore(transition).join(" or ")}`
      : "it is marked as compromised already"; // the one case that hangs on more than the state
  return new ConclaveError("REFUSED", `key ${path} version ${row.version} is ${is}: ${why}`);
}

function leadsTo(row: Row<"keyVersions">, transition: Transition, time: string): KeyState | undefined {
  const is = stateAt(row, time);
  if (is === "destroyed" && transition === "compromise" && row.compromised === 1) return undefined;
  const next = nextState(is, transition);
  return next === BEFORE ? (row.stateBefore ?? undefined) : next;
}

function assertAll(
  transition: Transition,
  path: string,
  given: readonly number[],
  applicable: readonly number[],
): void {
  if (applicable.length > 0 && applicable.join() !== given.join()) {
    throw new ConclaveError(
      "REFUSED",
      `${transition} acts on all versions of key ${path} that it applies to: ${applicable.join(", ")}, not ${given.join(", ")}`,
    );
  }
}

/** Write what a transition does to a version. */
export async function applyTransition(
  tables: Writer,
  row: Row<"keyVersions">,
  next: KeyState,
  transition: Transition,
  time: string,
): Promise<void> {
  const { key, version } = row;
  const destroyed = next === "destroyed";
  const dated = next === "active" || next === "suspended" || next === "pre-active";
  await tables.update(
    "keyVersions",
    { key, version },
    {
      state: next,
      stateBefore: transition === "suspend" ? stateAt(row, time) : null,
      compromised: transition === "compromise" ? 1 : row.compromised,
      activateAt: next === "active" || !dated ? null : row.activateAt,
      deactivateAt: dated ? row.deactivateAt : null,
      blob: destroyed ? null : row.blob,
      changed: time,
    },
  );
}
