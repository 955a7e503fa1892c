import type { ZodType } from "zod";
import { firstIssue } from "../json.ts";
import type { Writer } from "../storage/storage.ts";
import { type Entry, entryError } from "./entry.ts";
import type { Tree } from "./tree.ts";

/** An effect that an approved plan demands: the entries that follow its `plan.execute` must be these. */
export interface ExpectedEffect {
  type: string;
  /** Id of the plan and index of the action in it; both stand in the effect's data. */
  plan: string;
  action: number;
  /** The action's parameters as approved; a projector reads them here, never from the effect. */
  parameters: unknown;
  /** What has parsed them, if anything has. */
  schema?: ZodType;
}

/** What a projector works with: the state before its entry, and the chain up to it. */
export interface Chain {
  /** Tables to read from and project into; neither `entries` nor `blobs`. */
  readonly tables: Writer;
  /** Gives the root at every earlier size. */
  readonly tree: Tree;
  /** Time of an entry up to this one. */
  timeOf(sequence: number): Date;
  /** Entries before this one. */
  readonly size: number;
  /** Hash of this entry. */
  readonly hash: string;
  /** Whether signatures are to be verified, or were for this prefix of the chain before. */
  readonly verifySignatures: boolean;
  /** Demand effects of the entries that follow. */
  expect(effects: readonly ExpectedEffect[]): void;
  /** What `make` makes of a text, made once for all entries of the chain: for texts that are few, and costly to check. */
  recall<T>(make: (text: string) => T, text: string): T;
}

/**
 * One type of entry: the shape of its data, and the one projector that writes its change into the
 * tables. Replay runs the same projector over the same entries, so it must depend on nothing else,
 * and must refuse (IntegrityError) what its commands would not have done.
 */
export interface EntryType {
  readonly type: string;
  /** Whether it may only follow a plan that demands it. */
  readonly effect: boolean;
  /** Whether a new epoch begins with it. */
  readonly newEpoch: boolean;
  /** @returns whether the same effect goes on in the next entry */
  project(entry: Entry, chain: Chain, expected: ExpectedEffect | undefined): Promise<boolean>;
}

/** An entry type that stands by itself. */
export function entryType<D>(definition: {
  type: string;
  data: ZodType<D>;
  newEpoch?: boolean;
  project(entry: Entry, data: D, chain: Chain): Promise<void>;
}): EntryType {
  return {
    type: definition.type,
    effect: false,
    newEpoch: definition.newEpoch ?? false,
    async project(entry, chain) {
      await definition.project(entry, parseData(entry, definition.data), chain);
      return false;
    },
  };
}

/** An entry type that records what an approved action did. Its data hold `plan`, `action`, and what the host added. */
export function effectType<P, D extends { plan: string; action: number }>(definition: {
  type: string;
  data: ZodType<D>;
  parameters: ZodType<P>;
  /** Whether more entries of the same effect must follow; without it, one entry is the whole effect. */
  goesOn?(data: D): boolean;
  project(entry: Entry, data: D, parameters: P, chain: Chain): Promise<void>;
}): EntryType {
  return {
    type: definition.type,
    effect: true,
    newEpoch: false,
    async project(entry, chain, expected) {
      const data = parseData(entry, definition.data);
      if (expected?.type !== entry.type || expected.plan !== data.plan || expected.action !== data.action) {
        throw entryError(entry, "an effect that no approved plan asked for");
      }
      await definition.project(entry, data, parametersOf(expected, definition.parameters), chain);
      return definition.goesOn?.(data) ?? false;
    },
  };
}

/** Parsed once more only if another schema did it before. */
function parametersOf<P>({ parameters, schema }: ExpectedEffect, wanted: ZodType<P>): P {
  return schema === wanted ? (parameters as P) : wanted.parse(parameters);
}

function parseData<D>(entry: Entry, schema: ZodType<D>): D {
  const parsed = schema.safeParse(entry.data);
  if (!parsed.success) throw entryError(entry, `data.${firstIssue(parsed.error.issues)}`);
  return parsed.data;
}
