import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { LIMITS } from "../limits.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";

/** A text that may be an input's. */
export const textValue = z.string().min(1).max(LIMITS.proseLength);

/** The state of the vault that actions are planned from. */
export interface Planning {
  state: Reader;
  /** At which states of keys are looked at, RFC 3339. */
  time: string;
  /** What the same plan does before. */
  earlier: readonly PlannedAction[];
}

/** How a script says an action: parameters in the words of its command. */
export interface ScriptedAction {
  /** What it does, for those in the room. */
  readonly title: string;
  /** What `with` may say; strict. */
  readonly with: z.ZodObject;
  /** What its parameters lack together, which their schema can't say. */
  lacking(given: Record<string, unknown>): string | undefined;
  /** @throws ConclaveError USAGE, NOT_FOUND, REFUSED (nothing to be done) */
  plan(given: Record<string, unknown>, planning: Planning): Promise<PlannedAction[]>;
}

/** An action of which a script says parameters by this schema. */
export function row<S extends z.ZodObject>(
  title: string,
  schema: S,
  plan: (given: z.output<S>, planning: Planning) => Promise<PlannedAction[]>,
  lacking: (given: Record<string, unknown>) => string | undefined = () => undefined,
): ScriptedAction {
  return {
    title,
    with: schema,
    lacking,
    async plan(given, planning) {
      const problem = lacking(given);
      if (problem !== undefined) throw new ConclaveError("USAGE", problem);
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw new ConclaveError("USAGE", firstIssue(parsed.error.issues));
      return plan(parsed.data, planning);
    },
  };
}

/** Whether exactly one of several members is given. */
export function oneOf(...names: readonly string[]): (given: Record<string, unknown>) => string | undefined {
  return (given) => {
    const there = names.filter((name) => given[name] !== undefined && given[name] !== false);
    if (there.length === 1) return undefined;
    return `found ${there.length === 0 ? "none" : there.join(" and ")} in with, wanted one of ${names.join(", ")}`;
  };
}
