import { expect } from "vitest";
import type { Outcome } from "../../src/lib/ceremony/outcome.ts";
import type { RunResult } from "../../src/lib/ceremony/run.ts";
import { isConclaveError } from "../../src/lib/errors.ts";
import { type Disturbance, type EntryMade, InterruptedRun, type Moment } from "./interrupted.ts";

/** What a ceremony may do again after it was cut off, or tells of being cut off. */
const REPEATABLE = ["backup.create", "plan.refuse", "ceremony.end", "custodian.request"];

/** What proves only that all is as it was. */
const UNCHANGING = [...REPEATABLE, "custodian.confirm", "plan.execute", "backup.verify"];

/** Where a person can stop a run: by an answer, or by Ctrl-C. */
const STOPPABLE: readonly Moment[] = [
  "ready",
  "tick",
  "presentShare",
  "confirm",
  "newPassphrase",
  "provePassphrase",
  "typeComponents",
];

/** Scripts whose next run needs another place for the share files. */
const RENEWS_SHARES = ["quorum-rekey", "custodian-replacement"];

/** A run that nobody disturbs. */
export interface Undisturbed {
  script: string;
  outcome: Outcome;
  moments: readonly Moment[];
  /** All of the chain. */
  entries: readonly EntryMade[];
  /** That were there before step 1. */
  before: readonly EntryMade[];
}

export async function undisturbed(script: string): Promise<Undisturbed> {
  await using run = await InterruptedRun.setUp(script);
  let before: readonly EntryMade[] = [];
  const result = await run.beginStepwise(async (step) => {
    if (step === 0) before = (await run.found()).entries;
  });
  if (result.state !== "ended") throw new Error(`it is ${result.state}`);
  const { outcome } = result.end;
  const { entries } = await run.found();
  return { script, outcome, moments: run.moments, entries, before };
}

/** At which moments a person can stop a run, from 1. */
export function stopsOf({ moments }: Undisturbed): number[] {
  return moments.flatMap((moment, index) => (STOPPABLE.includes(moment) ? [index + 1] : []));
}

/** Killed at the nth moment, all acts are done or undone; the next run comes to the end, and nothing was done twice. */
export async function expectResumed(wanted: Undisturbed, at: number): Promise<void> {
  await using run = await InterruptedRun.setUp(wanted.script);
  expect(await run.begin({ at, by: "kill" })).toBeUndefined();
  expectWhole((await run.found()).entries, wanted);
  await expectEnded(run, await run.nextProcess(), wanted);
}

/** Stopped for good at the nth moment, the run is over, and the next one starts clean. */
export async function expectAborted(wanted: Undisturbed, at: Disturbance["at"]): Promise<void> {
  await using run = await InterruptedRun.setUp(wanted.script);
  await expectOver(run, await run.begin({ at, by: "abort" }), wanted);
}

/** The run came to its end, and did everything once. */
export async function expectEnded(
  run: InterruptedRun,
  result: RunResult | undefined,
  wanted: Undisturbed,
): Promise<void> {
  expect(result).toMatchObject({ state: "ended", end: { outcome: wanted.outcome, unsigned: [] } });
  const { entries } = await run.found();
  expect(lasting(entries)).toEqual(lasting(wanted.entries));
  expect(entries.filter(({ type }) => type === "ceremony.end")).toHaveLength(1);
}

/**
 * The run was stopped for good: it says what it changed, and the chain tells of it where there is a vault. The next run
 * starts clean, or is refused before step 1 since what it would do is done.
 */
export async function expectOver(
  run: InterruptedRun,
  result: RunResult | undefined,
  wanted: Undisturbed,
): Promise<void> {
  if (result?.state !== "ended") throw new Error(`it is ${result?.state ?? "killed"}`);
  const { entries: left } = await run.found();
  expectWhole(left, wanted);
  expect(left.filter(({ type }) => type === "ceremony.end")).toHaveLength(left.length === 0 ? 0 : 1);
  const nothing = withoutGivenUp(left.slice(wanted.before.length)).every(({ type }) => UNCHANGING.includes(type));
  expect(result.end).toMatchObject({
    outcome: "aborted",
    changed: expect.arrayContaining([
      { label: "Changed", value: expect.stringMatching(nothing ? /^nothing/ : /^what step .* stands/) },
    ]),
  });
  await expectClean(run, result, left, wanted);
}

async function expectClean(
  run: InterruptedRun,
  over: RunResult,
  left: readonly EntryMade[],
  { script, outcome, entries, before }: Undisturbed,
): Promise<void> {
  const elsewhere = RENEWS_SHARES.includes(script) ? { shares: `${run.set.rehearsal.folder}/shares-anew` } : {};
  try {
    const next = await run.anew(over, elsewhere);
    expect(next).toMatchObject({ state: "ended", end: { outcome, unsigned: [] } });
    const own = lasting(entries.slice(before.length));
    expect(lasting((await run.found()).entries)).toEqual([...lasting(left), ...own]);
  } catch (error) {
    if (!isConclaveError(error) || lasting(left).length === lasting(before).length) throw error;
    expect(["EXISTS", "REFUSED"]).toContain(error.code);
    expect((await run.found()).entries).toEqual(left);
  }
}

/** What is there is the beginning of what an undisturbed run makes, and of no act only a part. */
export function expectWhole(found: readonly EntryMade[], { entries }: Pick<Undisturbed, "entries">): void {
  const types = lasting(found);
  const all = withoutGivenUp(entries);
  expect(lasting(all.slice(0, types.length))).toEqual(types);
  const next = all[types.length];
  if (types.length > 0 && next !== undefined)
    expect(next.type === "genesis.shares" || (next.planned && next.type !== "plan.execute"), next.type).toBe(false);
}

/** The types of entries that stand in the chain once, whatever crashed: without new shares that were given up. */
function lasting(entries: readonly EntryMade[]): string[] {
  return withoutGivenUp(entries).map(({ type }) => type);
}

function withoutGivenUp(entries: readonly EntryMade[]): EntryMade[] {
  const kept: EntryMade[] = [];
  for (const entry of entries) {
    if (entry.type === "quorum.cancel") kept.length = kept.findLastIndex(({ type }) => type === "quorum.rekey") - 1;
    else if (!REPEATABLE.includes(entry.type)) kept.push(entry);
  }
  return kept;
}
