import { expect, test } from "vitest";
import { workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

test("a line is asked for until it will do", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "ask", "line");
  await terminal.waitFor("Name");
  terminal.type("bob");
  terminal.enter();
  await terminal.waitFor("taken");
  terminal.type("by");
  terminal.enter();
  await terminal.waitFor("answer: 5 characters, bobby");
  expect(await terminal.exit).toBe(0);
});

test("a choice shows its labels escaped", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "ask", "choice");
  await terminal.waitFor("bob\\u{7}");
  terminal.type("\u001b[B");
  terminal.enter();
  await terminal.waitFor("answer: 1 characters, B");
});

test.for([
  { what: "ctrl-c", press: "c" },
  { what: "ctrl-d", press: "d" },
] as const)("$what at a question is an abort", async ({ press }) => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "ask", "line");
  await terminal.waitFor("Name");
  terminal.ctrl(press);
  await terminal.waitFor("error: aborted");
  expect(await terminal.exit).toBe(16);
});

test.for([
  { what: "line", flag: "--name NAME" },
  { what: "choice", flag: "--custodian NAME" },
])("without a terminal a $what fails and names $flag", async ({ what, flag }) => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, "probe", "ask", what);
  expect(seen.stderr).toBe(`error: no terminal to ask on: ${flag} is needed\n`);
  expect(seen.status).toBe(2);
});
