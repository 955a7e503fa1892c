import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CanonicalState, canonicalState } from "./canonical-state.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { type Call, kindOf, type Trace, traced } from "./strace.ts";
import { vaultOf, writePassphrases } from "./two-custodians.ts";
import { Workspace, workspace } from "./workspace.ts";

/** A place that can be put back, at the same paths, as it was prepared for a command. */
export class PreparedPlace implements AsyncDisposable {
  readonly command: MutatingCommand;
  readonly place: Workspace;
  readonly before: CanonicalState;
  readonly #kept: string;

  private constructor(command: MutatingCommand, place: Workspace, kept: string, before: CanonicalState) {
    this.command = command;
    this.place = place;
    this.before = before;
    this.#kept = kept;
  }

  static async of(command: MutatingCommand): Promise<PreparedPlace> {
    const place = await workspace();
    await writePassphrases(place);
    await command.prepare(place);
    const kept = await mkdtemp(join(tmpdir(), "conclave-kept-"));
    await cp(place.path, kept, { recursive: true });
    return new PreparedPlace(command, place, kept, await stateIn(place));
  }

  async restore(): Promise<void> {
    await rm(this.place.path, { recursive: true });
    await cp(this.#kept, this.place.path, { recursive: true });
  }

  /** What the place is now; looked at in a copy, so that nothing is rolled back that the next command is to roll back. */
  async stage(): Promise<Stage> {
    return await this.command.stage(await stateIn(this.place), this.before, this.place);
  }

  /**
   * Run the command that must work next.
   * @throws {Error} it does not, or the state after it is not `after`
   */
  async goOn(stage: Stage): Promise<void> {
    const { first, args, status } = this.command.next;
    if (first !== undefined) {
      const begun = await this.place.run(...first.args);
      if (!first.statuses.includes(begun.status))
        throw new Error(`what was begun can't be given up:\n${String(begun)}`);
    }
    const seen = await this.place.run(...args);
    if (seen.status !== status[stage]) throw new Error(`after ${stage}, wanted ${status[stage]}:\n${String(seen)}`);
    const end = await this.stage();
    if (end !== "after") throw new Error(`the state is ${end} though the next command ended well:\n${String(seen)}`);
    await this.command.end?.(this.place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
    await rm(this.#kept, { recursive: true, force: true });
  }
}

/** Which of a command's calls are disturbed. */
export interface Sample {
  /** Every so many of them, and the last of each kind: the first are more often before the commit. 1 is all. */
  step: number;
  /** Of those, only so many, spread over all; the last is one of them. */
  atMost?: number;
  /** Of those, only so many of the rows that are variants of another one: 3 is a third; all without it. */
  ofVariants?: number;
}

export const ALL_CALLS: Sample = { step: 1 };

export function sampleOf(
  calls: readonly Call[],
  { step, atMost = Number.POSITIVE_INFINITY, ofVariants = 1 }: Sample,
  { command, place }: PreparedPlace,
): Call[] {
  const last = new Map(calls.map((call) => [kindOf(call, place.path), call]));
  const chosen = calls.filter((call, i) => i % step === 0 || last.get(kindOf(call, place.path)) === call);
  if (command.variantOf !== undefined) return chosen.filter((_, i) => i % ofVariants === 0);
  const share = Math.min(1, atMost / chosen.length);
  return chosen.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
}

/** Let `workers` take work at the same time; each takes the next when it has done one. */
export async function shareOut<T, W>(
  work: readonly T[],
  workers: readonly W[],
  run: (worker: W, task: T) => Promise<void>,
): Promise<void> {
  const left = [...work];
  await Promise.all(
    workers.map(async (worker) => {
      for (let task = left.shift(); task !== undefined; task = left.shift()) await run(worker, task);
    }),
  );
}

/** How far a call's ordinal may move from run to run: Node.js reads this and that of the system now and then. */
export const SHIFTS = [0, -1, 1, 0, -2, 2, 0, -3];

/** What is to happen to a call. */
export interface Injection {
  /** As strace is told: `signal=KILL`, `error=EIO`. */
  what: string;
  /** To all later calls of that name too. */
  onwards?: boolean;
}

/**
 * Run the command of a prepared place, and disturb it at one of its calls.
 *
 * @param call of an earlier trace, made with the same `fast`
 * @returns `hit`: whether it was a call that modifies something below the place
 */
export async function disturbAt(
  prepared: PreparedPlace,
  call: Call,
  { what, onwards = false }: Injection,
  fast: boolean,
): Promise<Trace & { hit: boolean }> {
  const { command, place } = prepared;
  for (const shift of SHIFTS) {
    await prepared.restore();
    const when = `${call.ordinal + shift}${onwards ? "+" : ""}`;
    const trace = await traced(place, command.args, { inject: [`${call.name}:${what}:when=${when}`], fast });
    const hit = trace.calls.some(({ injected }) => injected);
    if (hit || shift === SHIFTS.at(-1)) return { ...trace, hit };
  }
  throw new TypeError("no shifts");
}

async function stateIn(place: Workspace): Promise<CanonicalState> {
  const folder = await mkdtemp(join(tmpdir(), "conclave-seen-"));
  await using copy = new Workspace(folder);
  await cp(place.path, folder, { recursive: true });
  const { path, surroundings } = vaultOf(copy);
  return await canonicalState(path, surroundings);
}
