import type { ZodType } from "zod";
import { firstIssue } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { Blob } from "../vault/hierarchy.ts";
import type { ActOutput, Unlocked } from "../vault/unlocked.ts";

/** One line of what a person reads of a plan. */
export interface Line {
  label: string;
  value: string;
}

/** A file that an act makes: it appears whole, or not at all. */
export interface NewFile {
  path: string;
  /** Name of the file while it is being written: one that a crash left is found by it. */
  temporary: string;
  bytes: Uint8Array;
}

/** A new share that is sealed to a passphrase, which its custodian chooses at the host. */
export interface NewShareOnHost {
  custodian: string;
  /** Public half of the custodian key that goes over from the share before; null: a new one is made. */
  carried: string | null;
}

/** What an action did, or a part of it that fills one audit entry. */
export interface Effect {
  /** Of the entry: what the host added. */
  data: Record<string, unknown>;
  /** What is told of it to whoever asked for the act, where that is less than the data. */
  told?: Record<string, unknown>;
  /** Ciphertexts that it made, which the data name. */
  blobs?: readonly Blob[];
  /** Files that it made, which are written once it is durable. */
  files?: readonly NewFile[];
  /** What it made by parts, finished: it appears once it is durable. */
  outputs?: readonly ActOutput[];
  /** Hashes of ciphertexts that nothing names any more: their bytes are overwritten. */
  removed?: readonly string[];
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
  /** Whether shares alone, without custodian keys, may approve it: the act is a recovery then. */
  recoverable?: boolean;
  /** The shares that it makes for custodians without an own desk: they are at the host while it is executed. */
  newShares?(parameters: P): readonly NewShareOnHost[];
  /** Of what is sealed to a passphrase that is chosen at the host while it is executed: the name by which it is asked for. */
  newPassphrase?(parameters: P): string | undefined;
  /** Custodians who must be among those who approve, beside the threshold: they answer for something in the plan. */
  approvers?(parameters: P): readonly string[];
  /** What a person must type, where it can't be undone. */
  confirmation?(parameters: P): string;
  /**
   * @param time of the act, RFC 3339
   * @param earlier what the same plan does before, and `state` does not show yet: none where it is executed
   * @throws ConclaveError if the action can't be done as things stand
   */
  check(parameters: P, state: Reader, time: string, earlier?: readonly PlannedAction[]): Promise<void>;
  /**
   * What takes long and changes nothing: done before the transaction, so that others can act meanwhile, with the vault as
   * it stands then. All is looked at again inside it.
   *
   * @returns for `execute`
   */
  ahead?(parameters: P, vault: Unlocked): Promise<Record<string, unknown>>;
  /**
   * Reads, generates, seals; makes folders for the files to come, and writes nothing else itself: each effect that it yields is written before it goes on.
   * @param time of the act, RFC 3339
   * @param done what was done ahead, if anything is
   */
  execute(parameters: P, vault: Unlocked, time: string, done: Record<string, unknown>): AsyncIterable<Effect>;
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
  /** What parsed them. */
  readonly schema: ZodType;
  readonly recoverable: boolean;
  quorums(state: Reader): Promise<string[]>;
  render(): Line[];
  newShares(): readonly NewShareOnHost[];
  newPassphrase(): string | undefined;
  approvers(): readonly string[];
  confirmation(): string | undefined;
  check(state: Reader, time: string, earlier?: readonly PlannedAction[]): Promise<void>;
  ahead: ((vault: Unlocked) => Promise<Record<string, unknown>>) | undefined;
  execute(vault: Unlocked, time: string, done?: Record<string, unknown>): AsyncIterable<Effect>;
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
      schema: action.parameters,
      recoverable: action.recoverable ?? false,
      quorums: (state) => action.quorums(parameters, state),
      render: () => action.render(parameters),
      newShares: () => action.newShares?.(parameters) ?? [],
      newPassphrase: () => action.newPassphrase?.(parameters),
      approvers: () => action.approvers?.(parameters) ?? [],
      confirmation: () => action.confirmation?.(parameters),
      check: (state, time, earlier = []) => action.check(parameters, state, time, earlier),
      ahead: action.ahead && ((vault) => action.ahead?.(parameters, vault) ?? Promise.resolve({})),
      execute: (vault, time, done = {}) => action.execute(parameters, vault, time, done),
    };
  };
}

/** Find and bind what a plan names. @throws whatever `refuse` makes of an unknown action or wrong parameters */
export function bindAction(actions: Actions, planned: PlannedAction, refuse: (problem: string) => Error): BoundAction {
  const bind = actions.get(planned.action);
  if (bind === undefined) throw refuse(`action ${planned.action} is unknown`);
  return bind(planned.parameters, refuse);
}

/** Most names that somebody must type one by one. */
const TYPED_NAMES = 3;

/** What must be typed for several actions: the name of each that can't be undone, or how many there are. */
export function joinConfirmations(confirmations: readonly (string | undefined)[]): string | undefined {
  const names = confirmations.filter((name) => name !== undefined);
  if (names.length === 0) return undefined;
  return names.length <= TYPED_NAMES ? names.join(" ") : `all ${names.length}`;
}
