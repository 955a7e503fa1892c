import { closeSync, constants, fsyncSync, ftruncateSync, lstatSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fromUtf8, utf8 } from "../bytes.ts";
import { type Clock, timestamp } from "../clock.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { IntegrityError } from "../errors.ts";
import { assertPrivateDirectory, createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, ioExplained, readSmallFile } from "../host/files.ts";
import { canonicalJson, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { type EventOf, type LoggedEvent, lineSchema, type RunEvent } from "./run-event.ts";

const LF = 10;

/** Where the logs of all runs on this machine lie: genesis and restore have no vault yet. @param state directory */
export function runFolder(state: string): string {
  return join(state, "ceremonies");
}

/**
 * The record of one run, a line an event, each on the disk before anything goes on. Each line holds the SHA-256 of the
 * one before; whoever can write the file can also write it anew, so what counts stands in the vault's chain.
 */
export class RunLog {
  readonly path: string;
  readonly #clock: Clock;
  readonly #events: LoggedEvent[];
  #last: string;

  private constructor(path: string, clock: Clock, events: LoggedEvent[], last: string) {
    this.path = path;
    this.#clock = clock;
    this.#events = events;
    this.#last = last;
  }

  /**
   * Begin the log of a new run.
   * @param known what is known at its beginning, inputs and people: all of it is there, or there is no log
   */
  static create(state: string, clock: Clock, start: EventOf<"start">, known: readonly RunEvent[] = []): RunLog {
    const folder = runFolder(state);
    createPrivateDirectory(folder);
    assertPrivateDirectory(folder);
    const path = join(folder, `${start.run}.jsonl`);
    const log = new RunLog(path, clock, [], "");
    const lines = [start, ...known].map((event) => log.#line(event));
    createFileDurably(path, utf8(lines.join("")));
    return log;
  }

  /**
   * Take up the log of a run. A last line that a crash tore is removed from it.
   * @throws IntegrityError it was altered
   */
  static open(path: string, clock: Clock): RunLog {
    const log = RunLog.read(path, clock);
    ioExplained(path, () => {
      const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
      try {
        ftruncateSync(file, log.length);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
    return log.log;
  }

  /** Read a log and leave it as it is. */
  static read(path: string, clock: Clock): { log: RunLog; length: number } {
    const bytes = readSmallFile(path, LIMITS.runLogBytes);
    const length = bytes.lastIndexOf(LF) + 1;
    const refuse = (line: number, problem: string) =>
      new IntegrityError(path, `line ${line}: ${problem}`, {
        suggestions: ["Keep a copy of it and move it away: what was executed stands in the vault's chain"],
      });
    const events: LoggedEvent[] = [];
    let before: string | null = null;
    const lines = textOf(bytes.subarray(0, length), path).split("\n").slice(0, -1);
    for (const [i, line] of lines.entries()) {
      const { previous, time, what } = parseCanonicalJson(line, lineSchema, (problem) => refuse(i + 1, problem));
      if (previous !== before) throw refuse(i + 1, "does not follow the line before: the log was altered");
      if ((what.event === "start") !== (i === 0))
        throw refuse(i + 1, "a start in the middle, or none at the beginning");
      events.push({ time, what });
      before = sha256Hex(utf8(line));
    }
    if (before === null) throw refuse(1, "is missing");
    return { log: new RunLog(path, clock, events, before), length };
  }

  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  get start(): EventOf<"start"> {
    const first = this.#events[0]?.what;
    if (first?.event !== "start") throw new TypeError("a log without start");
    return first;
  }

  /** Events of one kind, in the order in which they happened. */
  all<E extends RunEvent["event"]>(event: E): EventOf<E>[] {
    return this.#events.flatMap(({ what }) => (what.event === event ? [what as EventOf<E>] : []));
  }

  /** Tell of an event; when this returns, it is on the disk. @throws ConclaveError HOST_IO */
  append(event: RunEvent): void {
    const line = utf8(this.#line(event));
    ioExplained(this.path, () => {
      const file = openSync(this.path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
      try {
        for (let offset = 0; offset < line.length; ) offset += writeSync(file, line, offset);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
  }

  #line(what: RunEvent): string {
    const time = timestamp(this.#clock());
    const previous = this.#last === "" ? null : this.#last;
    const line = canonicalJson(lineSchema.parse({ previous, time, what }));
    this.#events.push({ time, what });
    this.#last = sha256Hex(utf8(line));
    return `${line}\n`;
  }
}

/** Runs on this machine that did not come to their end, the newest first. @param vault folder; of all vaults without it */
export function unfinishedRuns(state: string, clock: Clock, vault?: string): RunLog[] {
  const folder = runFolder(state);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return ioExplained(folder, () => readdirSync(folder))
    .filter((name) => /^[0-9a-f]{32}\.jsonl$/.test(name))
    .map((name) => RunLog.read(join(folder, name), clock).log)
    .filter((log) => log.all("end").length === 0 && (vault === undefined || log.start.vault === vault))
    .sort((a, b) => ((a.events[0]?.time ?? "") < (b.events[0]?.time ?? "") ? 1 : -1));
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new IntegrityError(path, "not UTF-8");
  }
}
