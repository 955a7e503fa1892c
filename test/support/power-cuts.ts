import { createHash } from "node:crypto";
import { canonicalState } from "./canonical-state.ts";
import { PreparedPlace } from "./disturbance.ts";
import type { MutatingCommand } from "./mutating-commands.ts";
import { type RecordedCall, recordCalls } from "./recorded-calls.ts";
import { type DiskState, EVERYTHING, type Fate, NOTHING, SimulatedDisk, writeDisk } from "./simulated-disk.ts";
import { vaultOf } from "./two-custodians.ts";

/** What came of cutting the power again and again. */
export interface PowerCutTally {
  /** Moments at which the power was cut: after each call that changed the disk or announced something. */
  moments: number;
  /** States that were looked at, each another one. */
  states: number;
  before: number;
  after: number;
  /** How often the next command was run too. */
  continued: number;
  /** What went wrong, one for each state. */
  problems: string[];
}

export interface PowerCuts {
  /** How many states to make; fewer are looked at, since many are the same. */
  states: number;
  /** Of the random choices: the same number makes the same choices. */
  seed: number;
  /** Run the next command in one of so many states; in ten times as many of a row of which the end is looked at. */
  continueEvery: number;
  /** End at the first problem. */
  untilFound?: boolean;
  /** What Node.js runs, in place of `bin/run.js`. */
  run?: string;
}

/**
 * Record one run of a command, and for each moment of it make states that a power cut could have left; open each with the
 * real program: it must be as before or as after, and as after once the result was announced.
 */
export async function walkPowerCuts(command: MutatingCommand, cuts: PowerCuts): Promise<PowerCutTally> {
  await using prepared = await PreparedPlace.of(command);
  const { place } = prepared;
  const [disk, rehearsal] = [new SimulatedDisk(place.path), new SimulatedDisk(place.path)];
  const { seen, calls } = await recordCalls(place, command.args, cuts.run);
  if (seen.status !== command.status) throw new Error(`undisturbed:\n${String(seen)}`);

  const moments = calls.filter((call) => rehearsal.apply(call) || isAnnouncement(call)).length;
  const tally: PowerCutTally = { moments, states: 0, before: 0, after: 0, continued: 0, problems: [] };
  const random = randomNumbers(cuts.seed);
  const fates = Math.max(3, Math.ceil(cuts.states / moments));
  const known = new Set<string>();
  let announced = false;
  for (const [index, call] of calls.entries()) {
    if (!disk.apply(call) && !isAnnouncement(call)) continue;
    announced ||= isAnnouncement(call);
    for (let i = 0; i < fates; i++) {
      const state = disk.cut([NOTHING, EVERYTHING][i] ?? randomFate(random));
      const digest = digestOf(state, announced);
      if (known.has(digest)) continue;
      known.add(digest);
      await look(prepared, state, announced, cuts.continueEvery, tally).catch((error: unknown) => {
        tally.problems.push(
          `after call ${index} (${call.name}): ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      if (cuts.untilFound === true && tally.problems.length > 0) return tally;
    }
  }
  return tally;
}

async function look(
  prepared: PreparedPlace,
  state: DiskState,
  announced: boolean,
  continueEvery: number,
  tally: PowerCutTally,
): Promise<void> {
  const { command, place, before } = prepared;
  const { path, surroundings } = vaultOf(place);
  tally.states++;
  writeDisk(place.path, state);
  const stage = await command.stage(await canonicalState(path, surroundings), before, place);
  if (announced && command.announces && stage === "before") throw new Error("announced, but lost");
  tally[stage]++;
  const every = command.end === undefined ? continueEvery : Math.ceil(continueEvery / 10);
  if (tally.states % every !== 0) return;
  tally.continued++;
  writeDisk(place.path, state);
  await prepared.goOn(stage);
}

/** A write to standard output. */
function isAnnouncement(call: RecordedCall): boolean {
  return call.name === "write" && call.descriptor === 1 && call.data.length > 0;
}

function digestOf(state: DiskState, announced: boolean): string {
  const hash = createHash("sha256").update(String(announced));
  for (const [path, content] of state) {
    hash.update(`\0${path}\0${content?.length ?? "directory"}\0`);
    if (content !== undefined) hash.update(content);
  }
  return hash.digest("hex");
}

/** Some changes happen, others don't, some writes are torn; names mostly in their order, as journals of file systems keep them. */
function randomFate(random: () => number): Fate {
  const inOrder = random() < 0.5;
  const torn = random() < 0.5;
  return {
    names: (pending) =>
      inOrder ? pending.slice(0, Math.floor(random() * (pending.length + 1))) : pending.filter(() => random() < 0.5),
    contents: (pending) => pending.filter(() => random() < 0.6),
    sector: () => !torn || random() < 0.6,
  };
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
