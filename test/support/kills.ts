import { disturbAt, PreparedPlace, type Sample, sampleOf, shareOut } from "./disturbance.ts";
import type { MutatingCommand } from "./mutating-commands.ts";
import { type Call, traced } from "./strace.ts";

/** What came of killing a command at its modifying calls. */
export interface KillTally {
  /** Modifying calls of an undisturbed run. */
  calls: number;
  /** Runs that were to die at one of them. */
  runs: number;
  /** Those of them that did. */
  kills: number;
  /** States found. */
  before: number;
  after: number;
  /** What went wrong, one for each run. */
  problems: string[];
}

/**
 * Kill a command just before each of its modifying calls, and see that the vault is as before or as after, and that the
 * next command works.
 */
export async function walkKills(command: MutatingCommand, sample: Sample): Promise<KillTally> {
  await using first = await PreparedPlace.of(command);
  await using second = await PreparedPlace.of(command);
  const { seen, calls } = await traced(first.place, command.args);
  if (seen.status !== command.status || (await first.stage()) !== "after")
    throw new Error(`undisturbed:\n${String(seen)}`);

  const tally: KillTally = { calls: calls.length, runs: 0, kills: 0, before: 0, after: 0, problems: [] };
  await shareOut(sampleOf(calls, sample, first), [first, second], (prepared, call) =>
    killAt(prepared, call, tally).catch((error: unknown) => {
      tally.problems.push(`${call.text}\n${error instanceof Error ? error.message : String(error)}`);
    }),
  );
  return tally;
}

async function killAt(prepared: PreparedPlace, call: Call, tally: KillTally): Promise<void> {
  const { command } = prepared;
  tally.runs++;
  const { seen, hit } = await disturbAt(prepared, call, { what: "signal=KILL" }, false);
  if (hit) tally.kills++;

  const stage = await prepared.stage();
  if (command.announces && seen.stdout !== "" && stage === "before")
    throw new Error(`announced, but lost:\n${String(seen)}`);
  tally[stage]++;
  await prepared.goOn(stage);
}
