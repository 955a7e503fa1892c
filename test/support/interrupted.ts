import { existsSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import type { CeremonyHost } from "../../src/lib/ceremony/ceremony.ts";
import { inputsOf } from "../../src/lib/ceremony/progress.ts";
import { passphraseFile, REHEARSAL_CUSTODIANS, shareFileOf } from "../../src/lib/ceremony/rehearsal-place.ts";
import { beginCeremony, type RunResult, resumeCeremony } from "../../src/lib/ceremony/run.ts";
import { RunLog, unfinishedRuns } from "../../src/lib/ceremony/run-log.ts";
import { readScript, type ScriptFile } from "../../src/lib/ceremony/script-file.ts";
import type { Stage } from "../../src/lib/ceremony/stage.ts";
import { systemClock, timestamp } from "../../src/lib/clock.ts";
import { EmptyVaultError } from "../../src/lib/storage/assert-schema.ts";
import type { Reader } from "../../src/lib/storage/storage.ts";
import { AbortedError } from "../../src/lib/terminal/aborted-error.ts";
import { playedStage } from "../../src/lib/terminal/played-stage.ts";
import { type RehearsalSet, setUpRehearsal } from "../../src/lib/terminal/rehearse.ts";
import { parseShareFile } from "../../src/lib/terminal/share-file.ts";
import { hasVault } from "../../src/lib/vault/read-only.ts";
import { openVault } from "../../src/lib/vault/vault.ts";
import { Workspace, workspace } from "./workspace.ts";

/** What stands for the end of the process: nothing catches it. */
class Killed extends Error {}

/** Something that people are asked, or shown. */
export type Moment =
  | "showStep"
  | "ready"
  | "tick"
  | "showResult"
  | "showPlan"
  | "presentShare"
  | "confirm"
  | "newPassphrase"
  | "provePassphrase"
  | "proved"
  | "typeComponents"
  | "sign";

/** How a run is disturbed at a moment: the process dies, or somebody answers otherwise, or presses Ctrl-C. */
export interface Disturbance {
  /** Which of all moments, or of one kind; from 1. */
  at: number | { moment: Moment; nth: number };
  by: "kill" | "abort" | "pause";
}

/** An entry of the chain, as far as it is the same in each run. */
export interface EntryMade {
  type: string;
  /** Whether a plan made it. */
  planned: boolean;
}

/** What is there at one moment. */
export interface Found {
  /** Of the verified chain; none if there is no vault. */
  entries: readonly EntryMade[];
  /** The share files of custodians by which they can act. */
  shares: ReadonlyMap<string, string>;
}

const STAGE_MOMENTS = {
  showStep: "showStep",
  ready: "ready",
  tick: "tick",
  showResult: "showResult",
  typeComponents: "typeComponents",
  presentShare: "sign",
} as const;
const GATHERING_MOMENTS = { showPlan: "showPlan", presentShare: "presentShare", confirm: "confirm" } as const;
const FOUNDING_MOMENTS = {
  newPassphrase: "newPassphrase",
  provePassphrase: "provePassphrase",
  proved: "proved",
} as const;

/** A script that is rehearsed in process, to be disturbed. */
export class InterruptedRun implements AsyncDisposable {
  readonly file: ScriptFile;
  readonly set: RehearsalSet;
  readonly place: Workspace;
  /** What people were asked or shown in the last try. */
  moments: Moment[] = [];

  private constructor(file: ScriptFile, set: RehearsalSet, place: Workspace) {
    this.file = file;
    this.set = set;
    this.place = place;
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
    const { host, stage } = this.set;
    return survived(beginCeremony(this.file, new Map(), true, host, this.#watched(stage, disturbance)));
  }

  /** Begin, and at each step, as it is shown, do something. @param shown is given the step's index */
  async beginStepwise(shown: (index: number) => Promise<void>): Promise<RunResult> {
    const { host, stage } = this.set;
    const showStep: Stage["showStep"] = async (place) => shown(place.index);
    return await beginCeremony(this.file, new Map(), true, host, this.#watched({ ...stage, showStep }, undefined));
  }

  /** The next `ceremony run`, with the same people: goes on with what was not ended, or begins. */
  async next(disturbance?: Disturbance): Promise<RunResult | undefined> {
    const { around, vault } = this.set.host;
    if (unfinishedRuns(around.state, around.clock, vault).length === 0) return this.begin(disturbance);
    return await this.#goOn(this.set.stage, disturbance);
  }

  /** The same in a process of its own, which is told anew of the share files that are there. */
  async nextProcess(disturbance?: Disturbance): Promise<RunResult | undefined> {
    return await this.#goOn(await this.#people(), disturbance);
  }

  /** A run of its own after one that is over. @param changed inputs that are others than before */
  async anew(before: RunResult, changed: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    const { around } = this.set.host;
    const { log } = RunLog.read(join(around.state, "ceremonies", `${before.run}.jsonl`), around.clock);
    const inputs = new Map(Object.entries({ ...inputsOf(log), ...changed }));
    return await beginCeremony(this.file, inputs, true, this.#host(), this.#watched(await this.#people(), undefined));
  }

  /** What the place holds; looked at in a copy, so that nothing is rolled back that the next run is to roll back. */
  async found(): Promise<Found> {
    await using copy = new Workspace(await mkdtemp(join(tmpdir(), "conclave-seen-")));
    await cp(this.place.path, copy.path, { recursive: true });
    const { rehearsal, host } = this.set;
    const inCopy = (path: string) => copy.file(relative(this.place.path, path));
    const vaultFolder = inCopy(host.vault);
    const made = REHEARSAL_CUSTODIANS.map((name) => [name, shareFileOf(rehearsal, name)] as const);
    if (!hasVault({ vault: vaultFolder }))
      return { entries: [], shares: new Map(made.filter(([, file]) => existsSync(file))) };
    try {
      await using vault = await openVault(vaultFolder, { ...host.around, state: inCopy(host.around.state) });
      await vault.verify(true);
      return { entries: await entriesOf(vault.reader), shares: await sharesOf(vault.reader) };
    } catch (error) {
      if (error instanceof EmptyVaultError) return { entries: [], shares: new Map() }; // before its first commit
      throw error;
    }
  }

  /** How many entries of each type there are. */
  async entries(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { type } of (await this.found()).entries) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
  }

  async #goOn(stage: Stage, disturbance: Disturbance | undefined): Promise<RunResult | undefined> {
    const { around, vault } = this.set.host;
    const [unfinished] = unfinishedRuns(around.state, around.clock, vault);
    if (unfinished === undefined) throw new Error("nothing is to be gone on with");
    const log = RunLog.open(unfinished.path, around.clock);
    return survived(resumeCeremony(log, this.#host(), this.#watched(stage, disturbance)));
  }

  /** Of a process that doesn't rehearse, but goes on in what a rehearsal made. */
  #host(): CeremonyHost {
    const { rehearsing: _, ...host } = this.set.host;
    return host;
  }

  /** Who comes with files that are in force, as a new process is told of them. */
  async #people(): Promise<Stage> {
    const { rehearsal, host } = this.set;
    const names = [...REHEARSAL_CUSTODIANS, "dave"];
    const warn = () => undefined;
    const passphrases = { files: new Map(names.map((name) => [name, passphraseFile(rehearsal, name, false)])), warn };
    return playedStage({
      shares: new Map(
        Array.from((await this.found()).shares, ([name, file]) => [name, parseShareFile(`${name}=${file}`)]),
      ),
      keys: { passphrases, identities: new Map() },
      newPassphrases: passphrases,
      unsafeWeak: true,
      room: false,
      quiet: true,
      warn,
      transcriptDir: join(rehearsal.folder, "out"),
      clock: () => timestamp(host.around.clock()).slice(11, 16),
    });
  }

  #isAt({ at }: Disturbance): boolean {
    if (typeof at === "number") return this.moments.length === at;
    const same = this.moments.filter((moment) => moment === at.moment).length;
    return this.moments.at(-1) === at.moment && same === at.nth;
  }

  /** The stage, of which each moment is counted, and one disturbed. */
  #watched(stage: Stage, disturbance: Disturbance | undefined): Stage {
    this.moments = [];
    const watch = <T extends object>(target: T, moments: Partial<Record<keyof T, Moment>>): T =>
      new Proxy(target, {
        get: (_, member) => {
          const value: unknown = Reflect.get(target, member);
          const moment = moments[member as keyof T];
          if (typeof value !== "function") return value;
          if (moment === undefined) return value.bind(target);
          return async (...args: unknown[]) => {
            this.moments.push(moment);
            if (disturbance !== undefined && this.#isAt(disturbance)) return disturbed(moment, disturbance.by);
            return value.apply(target, args);
          };
        },
      });
    const stopped: Partial<Stage> = {
      reasonToAbort: async () => "a test",
      interrupted: async () => (disturbance?.by === "abort" ? "abort" : "pause"),
      gathering: (asked) => watch(stage.gathering(asked), GATHERING_MOMENTS),
      founding: (place) => watch(stage.founding(place), FOUNDING_MOMENTS),
    };
    return watch({ ...stage, ...stopped }, STAGE_MOMENTS);
  }
}

async function entriesOf(reader: Reader): Promise<EntryMade[]> {
  const entries: EntryMade[] = [];
  for await (const { text } of reader.rows("entries")) {
    const { type, actor } = JSON.parse(text);
    entries.push({ type: String(type), planned: String(actor).startsWith("plan:") });
  }
  return entries;
}

/** Of what is in force, and new ones that were proved: those before may open nothing any more when they are needed. */
async function sharesOf(reader: Reader): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const state of ["active", "pending"] as const) {
    const { quorum, generation } = (await reader.find("generations", { state })) ?? {};
    if (quorum === undefined || generation === undefined) continue;
    for await (const { custodian, file, confirmed } of reader.rows("seats", { where: { quorum, generation } }))
      if (file !== null && confirmed !== null) files.set(custodian, file);
  }
  return files;
}

function disturbed(moment: Moment, by: Disturbance["by"]): { kind: "abort" | "pause" } {
  if (by === "kill") throw new Killed();
  if (moment === "ready" || moment === "tick") return { kind: by };
  throw new AbortedError();
}

async function survived<R>(run: Promise<R>): Promise<R | undefined> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}
