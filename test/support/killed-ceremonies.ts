import { readdirSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { passphraseFile } from "../../src/lib/ceremony/rehearsal-place.ts";
import type { RunResult } from "../../src/lib/ceremony/run.ts";
import { RunLog } from "../../src/lib/ceremony/run-log.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { SHIFTS, shareOut } from "./disturbance.ts";
import { type Found, InterruptedRun } from "./interrupted.ts";
import { expectEnded, expectOver, expectWhole, type Undisturbed } from "./interruptions.ts";
import { type Call, kindOf, traced } from "./strace.ts";

const CUSTODIANS = ["alice", "bob", "carol", "dave"];

/** What came of killing a ceremony at modifying calls of its steps. */
export interface CeremonyKills {
  /** Modifying calls of all steps, undisturbed. */
  calls: number;
  /** Runs that were to die at one of them. */
  runs: number;
  /** Those of them that did. */
  kills: number;
  /** What went wrong, one for each run. */
  problems: string[];
}

/**
 * Kill a ceremony (SIGKILL) just before modifying calls of each step: every act is done or undone; the next run brings it
 * to its end and does nothing twice, or, every other time, it is stopped for good and tells what it changed.
 *
 * @param choose which of a step's calls
 * @param steps from 0; all without it
 */
export async function killEachStep(
  wanted: Undisturbed,
  choose: (calls: readonly Call[], folder: string) => readonly Call[],
  steps?: readonly number[],
): Promise<CeremonyKills> {
  await using first = await KeptRun.of(wanted.script);
  await using second = steps?.length === 1 ? undefined : await KeptRun.of(wanted.script);
  const tally: CeremonyKills = { calls: 0, runs: 0, kills: 0, problems: [] };
  const all = Array.from({ length: first.steps }, (_, step) => step);
  await shareOut(steps ?? all, second === undefined ? [first] : [first, second], async (kept, step) => {
    const calls = await kept.callsOf(step);
    tally.calls += calls.length;
    for (const [i, call] of choose(calls, kept.run.place.path).entries()) {
      tally.runs += 1;
      try {
        if (await kept.kill(step, call)) tally.kills += 1;
        if (i % 2 === 0) await kept.expectResumed(wanted);
        else await kept.expectStopped(wanted);
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        tally.problems.push(`step ${step + 1}, ${call.text}\n${what}`);
      }
    }
  });
  return tally;
}

/** Every so many of a step's calls, and the last of each kind: the first are more often before the commit. */
export function everyCall(each: number): (calls: readonly Call[], folder: string) => readonly Call[] {
  return (calls, folder) => {
    const last = new Map(calls.map((call) => [kindOf(call, folder), call]));
    return calls.filter((call, i) => i % each === 0 || last.get(kindOf(call, folder)) === call);
  };
}

/** A rehearsal of which each step's beginning is kept, as a crash right there would leave it. */
class KeptRun implements AsyncDisposable {
  readonly run: InterruptedRun;
  readonly #kept: string;
  /** Of the step whose calls were told last. */
  #args: readonly string[] = [];

  private constructor(run: InterruptedRun, kept: string) {
    this.run = run;
    this.#kept = kept;
  }

  static async of(script: string): Promise<KeptRun> {
    const run = await InterruptedRun.setUp(script);
    for (const name of CUSTODIANS) passphraseFile(run.set.rehearsal, name, false); // each that a flag names is there
    const kept = await mkdtemp(join(tmpdir(), "conclave-kept-"));
    const keep = (name: string) => cp(run.place.path, join(kept, name), { recursive: true });
    await run.beginStepwise((index) => keep(String(index)));
    return new KeptRun(run, kept);
  }

  get steps(): number {
    return this.run.file.script.steps.length;
  }

  /** Modifying calls of a step, up to its tick; of the last one also those of the ceremony's end. */
  async callsOf(step: number): Promise<Call[]> {
    await this.#putBack(String(step));
    const before = this.#log().events.length;
    this.#args = this.#argsWith((await this.run.found()).shares);
    const { seen, calls } = await traced(this.run.place, this.#args, this.#options());
    if (seen.status !== 0) throw new Error(`undisturbed:\n${String(seen)}`);
    const events = this.#log().events.slice(before);
    const started = step === 0 ? 0 : events.findIndex(({ what }) => what.event !== "resume" && what.event !== "check");
    const ticked = events.findIndex(({ what }) => what.event === "tick" && what.step === step);
    const writes = calls.flatMap(({ name, path }, i) => (name === "write" && path.endsWith(".jsonl") ? [i] : []));
    const from = started === 0 ? 0 : (writes[started - 1] ?? 0) + 2; // after the fsync
    return calls.slice(from, step === this.steps - 1 ? undefined : (writes[ticked] ?? 0) + 2);
  }

  /** @returns whether it died at a modifying call */
  async kill(step: number, call: Call): Promise<boolean> {
    for (const shift of SHIFTS) {
      await this.#putBack(String(step));
      const inject = [`${call.name}:signal=KILL:when=${call.ordinal + shift}`];
      const { calls } = await traced(this.run.place, this.#args, { ...this.#options(), inject });
      if (calls.some(({ injected }) => injected)) return true;
    }
    return false;
  }

  /** The next process goes on with what was killed. */
  async expectResumed(wanted: Undisturbed): Promise<void> {
    const { entries, shares } = await this.run.found();
    expectWhole(entries, wanted);
    if (this.#hadEnded()) return;
    const seen = await this.run.place.runWith(this.#options(), ...this.#argsWith(shares));
    if (seen.status !== 0) throw new Error(String(seen));
    await expectEnded(this.run, seen.json() as RunResult, wanted);
  }

  /** What was killed is stopped for good, if it is not too late. */
  async expectStopped(wanted: Undisturbed): Promise<void> {
    expectWhole((await this.run.found()).entries, wanted);
    if (this.#hadEnded() || this.#log().all("tick").length === this.steps) return;
    await expectOver(this.run, await this.run.nextProcess({ at: 2, by: "abort" }), wanted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
    await rm(this.#kept, { recursive: true, force: true });
  }

  #hadEnded(): boolean {
    return this.#log().all("end").length > 0;
  }

  async #putBack(name: string): Promise<void> {
    await rm(this.run.place.path, { recursive: true });
    await cp(join(this.#kept, name), this.run.place.path, { recursive: true });
  }

  #argsWith(shares: Found["shares"]): string[] {
    const { rehearsal, host } = this.run.set;
    return [
      ...["ceremony", "run", "--resume", "--vault", host.vault, "--yes", "--json"],
      ...["--transcript-dir", join(rehearsal.folder, "out")],
      ...Array.from(shares, ([name, file]) => ["--share", `${name}=${file}`]).flat(),
      ...CUSTODIANS.flatMap((name) => ["--passphrase-file", `${name}=${passphraseFile(rehearsal, name, false)}`]),
    ];
  }

  #options(): { env: Record<string, string> } {
    return { env: { XDG_STATE_HOME: dirname(this.run.set.host.around.state) } };
  }

  #log(): RunLog {
    const folder = join(this.run.set.host.around.state, "ceremonies");
    const [name = ""] = readdirSync(folder);
    return RunLog.read(join(folder, name), systemClock).log;
  }
}
