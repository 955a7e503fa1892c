import { afterEach, beforeEach, expect, test } from "vitest";
import type { Terminal } from "../../support/terminal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

const ENDED_BY = ["timeout", "--foreground", "--signal=TERM", "1"];

let place: Workspace;
beforeEach(async () => {
  place = await workspace();
});
afterEach(async () => place[Symbol.asyncDispose]());

/** A shell that runs the probe, and then tells what the terminal was left like. */
function shell(...before: string[]): Terminal {
  const script = `${[...before, '"$@"'].join(" ")}; stty -a; echo end`;
  return place.terminalWith({ program: ["/bin/sh", "-c", script, "sh"] }, ...PROBE, "probe", "ask", "later");
}

test("what is typed before it is asked for doesn't show", async () => {
  await using terminal = shell();
  await terminal.waitFor("Name");
  terminal.enter();
  await terminal.waitFor("working");
  terminal.type("hunter2");
  await terminal.waitFor("Passphrase");
  terminal.type("right");
  await terminal.waitFor("************"); // it counts, with what follows
  terminal.enter();
  expect(terminal.raw()).not.toContain("hunter2");
  const left = await terminal.waitFor(/[^]*end/);
  expect(left).toMatch(/ echo /);
});

test("a process that is ended between prompts leaves the terminal as it was", async () => {
  await using terminal = shell(...ENDED_BY);
  await terminal.waitFor("Name");
  terminal.enter();
  expect(await terminal.waitFor(/[^]*end/)).toMatch(/ echo /);
});
