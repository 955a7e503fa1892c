import { appendFile, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EventOf } from "../../../src/lib/ceremony/run-event.ts";
import { RunLog, runFolder, unfinishedRuns } from "../../../src/lib/ceremony/run-log.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const START: EventOf<"start"> = {
  event: "start",
  run: "0123456789abcdef0123456789abcdef",
  ceremony: "a-script",
  script: "ab".repeat(32),
  text: "ceremony: a-script\n",
  vault: "/srv/vault",
  rehearsal: false,
  tool: "conclave/1",
  user: "alice",
  host: "here",
};
const clock = () => new Date("2026-11-24T12:00:00.000Z");

let place: Workspace;
let log: RunLog;
beforeEach(async () => {
  place = await workspace();
  log = RunLog.create(place.path, clock, START);
  log.append({ event: "input", name: "name", value: "payments" });
  log.append({ event: "tick", step: 0, initials: "ÅQ" });
});
afterEach(() => place[Symbol.asyncDispose]());

test("what was told is there again", () => {
  const again = RunLog.open(log.path, clock);
  expect(again.events).toEqual(log.events);
  expect(again.start).toEqual(START);
  expect(again.all("tick")).toEqual([{ event: "tick", step: 0, initials: "ÅQ" }]);
});

test.for(["", "x", '{"previous":"', "\0\0\0\0"])(
  "a last line that a crash tore (%j) is removed, and the log goes on",
  async (torn) => {
    const whole = await readFile(log.path, "utf8");
    await appendFile(log.path, torn);
    const again = RunLog.open(log.path, clock);
    expect(await readFile(log.path, "utf8")).toBe(whole);
    again.append({ event: "pause", step: 1 });
    expect(RunLog.open(log.path, clock).all("pause")).toHaveLength(1);
  },
);

describe("an altered log is refused", () => {
  test.for([
    {
      how: "a value changed",
      change: (lines: string[]) => lines.with(1, (lines[1] ?? "").replace("payments", "pavments")),
    },
    { how: "a line removed", change: (lines: string[]) => lines.toSpliced(1, 1) },
    { how: "the first line removed", change: (lines: string[]) => lines.slice(1) },
    { how: "two lines exchanged", change: ([a = "", b = "", c = ""]: string[]) => [a, c, b] },
    { how: "a line twice", change: (lines: string[]) => [...lines, lines[2] ?? ""] },
    { how: "an unknown event", change: (lines: string[]) => lines.with(2, (lines[2] ?? "").replace("tick", "tock")) },
    { how: "another spelling", change: (lines: string[]) => lines.with(0, (lines[0] ?? "").replace(":", ": ")) },
    { how: "nothing left", change: () => [] },
  ])("$how", async ({ change }) => {
    const lines = (await readFile(log.path, "utf8")).trimEnd().split("\n");
    await writeFile(
      log.path,
      change(lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(() => RunLog.open(log.path, clock)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
  });

  test("not UTF-8", async () => {
    await appendFile(log.path, Uint8Array.of(0xff, 10));
    expect(() => RunLog.open(log.path, clock)).toThrow(expect.objectContaining({ code: "INTEGRITY" }));
  });
});

test("as large as it may be, and one byte more", async () => {
  const whole = await readFile(log.path, "utf8"); // with one character of two bytes
  await writeFile(log.path, whole.padEnd(LIMITS.runLogBytes - 1, "x"));
  expect(RunLog.open(log.path, clock).events).toHaveLength(3);
  await writeFile(log.path, whole.padEnd(LIMITS.runLogBytes, "x"));
  expect(() => RunLog.open(log.path, clock)).toThrow(expect.objectContaining({ code: "INPUT_MALFORMED" }));
});

test("runs that did not end are found, of one vault or of all", () => {
  const later = () => new Date("2026-11-25T12:00:00.000Z");
  const other = RunLog.create(place.path, later, { ...START, run: "f".repeat(32), vault: "/srv/other" });
  const runs = (vault?: string) => unfinishedRuns(place.path, clock, vault).map(({ start }) => start.run);
  expect(runs()).toEqual([other.start.run, START.run]);
  expect(runs("/srv/vault")).toEqual([START.run]);
  log.append({ event: "end", outcome: "aborted", transcript: null, file: null, entry: null });
  expect(runs()).toEqual([other.start.run]);
  expect(runFolder(place.path)).toBe(place.file("ceremonies"));
});

test("one run, one log", () => {
  expect(() => RunLog.create(place.path, clock, START)).toThrow(expect.objectContaining({ code: "EXISTS" }));
});
