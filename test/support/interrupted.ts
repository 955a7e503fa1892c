import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { beginCeremony, type RunResult, resumeCeremony } from "../../src/lib/ceremony/run.ts";
import { RunLog, unfinishedRuns } from "../../src/lib/ceremony/run-log.ts";
import { readScript, type ScriptFile } from "../../src/lib/ceremony/script-file.ts";
import type { Stage } from "../../src/lib/ceremony/stage.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type RehearsalSet, setUpRehearsal } from "../../src/lib/terminal/rehearse.ts";
import { openVault } from "../../src/lib/vault/vault.ts";
import { type Workspace, workspace } from "./workspace.ts";

/** What stands for the end of the process: nothing catches it. */
class Killed extends Error {}

/** How a run is disturbed: at the nth call of something that people are asked. */
export interface Disturbance {
  at: number;
  by: "kill" | "abort" | "pause" | "refusal";
}

/** A script that is rehearsed in process, to be disturbed. */
export class InterruptedRun implements AsyncDisposable {
  readonly file: ScriptFile;
  readonly set: RehearsalSet;
  readonly #place: Workspace;
  /** How often people were asked something. */
  calls = 0;

  private constructor(file: ScriptFile, set: RehearsalSet, place: Workspace) {
    this.file = file;
    this.set = set;
    this.#place = place;
  }

  static async setUp(name: string): Promise<InterruptedRun> {
    process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
    const place = await workspace();
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = place.path;
    const file = readScript(name);
    const set = await setUpRehearsal(file, {
      attended: false,
      quiet: true,
      around: { state: place.file("state"), types: ENTRY_TYPES, clock: systemClock, lockTimeoutMs: 5000 },
      tool: "conclave/TEST",
      transcriptDir: undefined,
      warn: () => undefined,
    });
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    return new InterruptedRun(file, set, place);
  }

  /** @returns undefined if it was killed */
  async begin(disturbance?: Disturbance): Promise<RunResult | undefined> {
    const stage = this.#disturbed(disturbance);
    return survived(beginCeremony(this.file, new Map(), true, this.set.host, stage));
  }

  /** The next `ceremony run`: goes on with what was not ended, or begins. */
  async next(disturbance?: Disturbance): Promise<RunResult | undefined> {
    const { around, vault } = this.set.host;
    const [unfinished] = unfinishedRuns(around.state, around.clock, vault);
    if (unfinished === undefined) return this.begin(disturbance);
    const log = RunLog.open(unfinished.path, around.clock);
    return survived(resumeCeremony(log, this.set.host, this.#disturbed(disturbance)));
  }

  /** How many entries of each type the verified chain has. */
  async entries(): Promise<Record<string, number>> {
    await using vault = await openVault(this.set.host.vault, this.set.host.around);
    await vault.verify(true);
    const counts: Record<string, number> = {};
    for await (const { text } of vault.reader.rows("entries")) {
      const type = String(JSON.parse(text).type);
      counts[type] = (counts[type] ?? 0) + 1;
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place[Symbol.asyncDispose]();
  }

  /** The stage, of which each call is counted, and one disturbed. */
  #disturbed(disturbance: Disturbance | undefined): Stage {
    const { stage } = this.set;
    this.calls = 0;
    const asked: Partial<Record<keyof Stage, true>> = { showStep: true, ready: true, tick: true, showResult: true };
    return new Proxy(stage, {
      get: (target, member: keyof Stage) => {
        const value = target[member];
        if (member === "reasonToAbort") return async () => "a test";
        if (!asked[member] || typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          this.calls += 1;
          if (this.calls !== disturbance?.at) return (value as (...given: unknown[]) => unknown)(...args);
          if (disturbance.by === "kill") throw new Killed();
          if (member === "ready" || member === "tick") return { kind: disturbance.by };
          disturbance.at += 1; // nothing was asked yet
          return (value as (...given: unknown[]) => unknown)(...args);
        };
      },
    });
  }
}

async function survived<R>(run: Promise<R>): Promise<R | undefined> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}
