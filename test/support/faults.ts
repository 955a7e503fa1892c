import { dirname } from "node:path";
import { ALL_CALLS, disturbAt, PreparedPlace, type Sample, sampleOf, shareOut } from "./disturbance.ts";
import type { MutatingCommand } from "./mutating-commands.ts";
import { type Call, traced } from "./strace.ts";

/** What came of letting the modifying calls of a command fail. */
export interface FaultTally {
  /** Modifying calls of an undisturbed run. */
  calls: number;
  /** Runs of which one was to fail. */
  runs: number;
  /** Those in which it did. */
  faults: number;
  /** States found. */
  before: number;
  after: number;
  /** What went wrong, one for each run. */
  problems: string[];
}

/** How a call fails: the disk's error or a full disk, once or with all later calls of that name. */
export type Fault = Readonly<{ error: "EIO" | "ENOSPC"; sticky: boolean }>;

/** Calls that Node.js also makes on what is no disk: where all of them failed, it would be Node.js that died. */
const NOT_ONLY_DISK = /^(?:write|open)/;

/**
 * Let modifying calls of a command fail, and see that it says so in one line, that the vault is as before or as after, that
 * no failed fsync is tried again, and that the next command works.
 *
 * @param faults each call fails in each of these ways; in a sample they take turns
 */
export async function walkFaults(
  command: MutatingCommand,
  sample: Sample,
  faults: readonly [Fault, ...Fault[]],
): Promise<FaultTally> {
  await using first = await PreparedPlace.of(command);
  await using second = await PreparedPlace.of(command);
  const { calls } = await traced(first.place, command.args, { fast: true });
  const tally: FaultTally = { calls: calls.length, runs: 0, faults: 0, before: 0, after: 0, problems: [] };
  const chosen = sampleOf(calls, sample, first);
  const work = chosen.flatMap((call, i) =>
    (sample === ALL_CALLS ? faults : [faults[i % faults.length] ?? faults[0]]).map((fault) => ({ call, fault })),
  );
  await shareOut(work, [first, second], (prepared, { call, fault }) =>
    failAt(prepared, call, fault, tally).catch((error: unknown) => {
      const how = `${fault.error}${fault.sticky ? " from here on" : ""}`;
      tally.problems.push(`${how}: ${call.text}\n${error instanceof Error ? error.message : String(error)}`);
    }),
  );
  return tally;
}

async function failAt(prepared: PreparedPlace, call: Call, fault: Fault, tally: FaultTally): Promise<void> {
  tally.runs++;
  const sticky = fault.sticky && !NOT_ONLY_DISK.test(call.name);
  const { seen, calls, hit, astray } = await disturbAt(
    prepared,
    call,
    { what: `error=${fault.error}`, onwards: sticky },
    true,
  );
  // What failed elsewhere may be a module that Node.js was about to load, or how its threads wake each other: then nothing
  // is left to say so in one line.
  if (!hit || astray) return prepared.goOn(await prepared.stage());

  tally.faults++;
  if (/^\s+at |node:internal|internal error/m.test(seen.stderr)) throw new Error(`a crash:\n${String(seen)}`);
  const lines = seen.stderr.split("\n").filter((line) => line.startsWith("error:"));
  if (seen.status !== 0 && lines.length !== 1) throw new Error(`not one line of error:\n${String(seen)}`);
  const again = syncedAgain(calls);
  if (again !== undefined) throw new Error(`a failed fsync was tried again: ${again}`);
  const stage = await prepared.stage();
  if (seen.status === 0 && stage !== "after") throw new Error(`said to be done, but is not:\n${String(seen)}`);
  tally[stage]++;
  await prepared.goOn(stage);
}

/**
 * The fsync of a file whose last fsync failed, with nothing written in between (of a directory, with no name changed in it):
 * the kernel has forgotten what was lost, and would call it safe.
 */
export function syncedAgain(calls: readonly Call[]): string | undefined {
  const failed = new Set<string>();
  for (const { name, path, text, injected } of calls) {
    if (!/sync/.test(name)) {
      failed.delete(path);
      failed.delete(dirname(path));
    } else if (failed.has(path)) return text;
    else if (injected) failed.add(path);
  }
  return undefined;
}
