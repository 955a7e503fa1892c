import type { ZodType } from "zod";
import { firstIssue } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { Blob } from "../vault/hierarchy.ts";
import type { Unlocked } from "../vault/unlocked.ts";

/** One line of what a person reads of a plan. */
export interface Line {
  label: string;
  value: string;
}

/** What an action did: the data of its audit entry (what the host added), and the blobs that they name. */
export interface Effect {
  data: Record<string, unknown>;
  blobs: readonly Blob[];
}

/**
 * A sensitive action, defined once: the command, the script, the approval, the transcript and the
 * audit entry all follow it.
 */
export interface Action<P> {
  /** Also the type of its audit entry. */
  readonly name: string;
  /** Ids and versions beside names, digests of inputs; never selectors. */
  readonly parameters: ZodType<P>;
  /** Ids of the quorums that must approve: one at least. */
  quorums(parameters: P, state: Reader): Promise<string[]>;
  /** Every parameter, for a person who may have no vault at hand. */
  render(parameters: P): Line[];
  /** What a person must type, where it can't be undone. */
  confirmation?(parameters: P): string;
  /** @throws ConclaveError if the action can't be done as things stand */
  check(parameters: P, state: Reader): Promise<void>;
  /** Reads, generates, seals; writes nothing itself. */
  execute(parameters: P, vault: Unlocked): Promise<Effect>;
}

/** An action with its parameters, as it stands in a plan. */
export interface PlannedAction {
  action: string;
  parameters: Record<string, unknown>;
}

/** An action bound to parameters that its schema accepted. */
export interface BoundAction {
  readonly name: string;
  readonly parameters: Record<string, unknown>;
  quorums(state: Reader): Promise<string[]>;
  render(): Line[];
  confirmation(): string | undefined;
  check(state: Reader): Promise<void>;
  execute(vault: Unlocked): Promise<Effect>;
}

/** All actions that there are, by name. */
export type Actions = ReadonlyMap<string, ActionBinder>;

/** Binds an action to parameters. @throws whatever `refuse` makes of what is wrong with them */
export type ActionBinder = (parameters: Record<string, unknown>, refuse: (problem: string) => Error) => BoundAction;

/** What the catalogue holds of an action. */
export function binder<P extends Record<string, unknown>>(action: Action<P>): ActionBinder {
  return (given, refuse) => {
    const parsed = action.parameters.safeParse(given);
    if (!parsed.success) throw refuse(`parameters.${firstIssue(parsed.error.issues)}`);
    const parameters = parsed.data;
    return {
      name: action.name,
      parameters,
      quorums: (state) => action.quorums(parameters, state),
      render: () => action.render(parameters),
      confirmation: () => action.confirmation?.(parameters),
      check: (state) => action.check(parameters, state),
      execute: (vault) => action.execute(parameters, vault),
    };
  };
}

/** Find and bind what a plan names. @throws whatever `refuse` makes of an unknown action or wrong parameters */
export function bindAction(actions: Actions, planned: PlannedAction, refuse: (problem: string) => Error): BoundAction {
  const bind = actions.get(planned.action);
  if (bind === undefined) throw refuse(`action ${planned.action} is unknown`);
  return bind(planned.parameters, refuse);
}
