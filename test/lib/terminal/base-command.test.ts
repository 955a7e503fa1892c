import { closeSync, openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Workspace, workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

const probe = (place: Workspace, ...args: string[]) => place.runWith({ program: PROBE }, "probe", "show", ...args);

test("a result goes to standard output, notes to standard error", async () => {
  await using place = await workspace();
  const seen = await probe(place, "alice");
  expect(seen.status).toBe(0);
  expect(seen.stdout).toBe(`name   alice\nvault  ${place.file("data/conclave/vault")}\n`);
  expect(seen.stderr).toBe("about to show\n");
});

test.for(["--quiet", "-q"])("%s leaves results and errors only", async (flag) => {
  await using place = await workspace();
  const seen = await probe(place, "alice", flag, "--end", "refused");
  expect(seen.stderr).toBe("error: key alice is\\u{a}suspended\n  try: Resume it\n");
});

test("--json prints one document, and what was foreign is escaped", async () => {
  await using place = await workspace();
  const seen = await probe(place, "a\u202e\u009b\u{e0041}ç", "--json", "--vault", "v");
  expect(seen.json()).toEqual({ name: "a\u202e\u009b\u{e0041}ç", vault: "v" });
  expect(seen.stdout).toContain('"a\\u202e\\u009b\\udb40\\udc41ç"');
  expect(seen.stderr).toBe("");
});

test("a warning is escaped, and shown with --quiet and --json too", async () => {
  await using place = await workspace();
  const seen = await probe(place, "warn", "--json", "--quiet");
  expect(seen.stderr).toBe("warning: text with \\u{1b}[2J in it\n");
  expect(seen.json()).toMatchObject({ name: "warn" });
});

describe("an error", () => {
  test.for([
    { end: "refused", status: 13, stderr: "error: key alice is\\u{a}suspended\n  try: Resume it\n" },
    { end: "prompt", status: 16, stderr: "error: aborted\n" },
    {
      end: "bug",
      status: 1,
      stderr: "error: internal error (TypeError)\n  try: Report it with the command, without its values\n",
    },
    { end: "exit", status: 7, stderr: "" },
  ])("$end: exit status $status, without stack or cause", async ({ end, status, stderr }) => {
    await using place = await workspace();
    const seen = await probe(place, "alice", "-q", "--end", end);
    expect(seen.stderr).toBe(stderr);
    expect(seen.stdout).toBe("");
    expect(seen.status).toBe(status);
  });

  test("with CONCLAVE_DEBUG and NODE_ENV too", async () => {
    await using place = await workspace();
    const env = { CONCLAVE_DEBUG: "1", NODE_ENV: "development" };
    const seen = await place.runWith({ program: PROBE, env }, "probe", "show", "alice", "--end", "bug");
    expect(seen.stderr).not.toMatch(/secret|a bug with|\.ts/);
  });

  test("with --json is one document on standard output", async () => {
    await using place = await workspace();
    const seen = await probe(place, "alice", "--json", "--end", "refused");
    expect(seen.json()).toEqual({
      error: { code: "REFUSED", message: "key alice is\nsuspended", suggestions: ["Resume it"], status: 13 },
    });
    expect(seen.status).toBe(13);
  });
});

test("a result can end as another status than 0", async () => {
  await using place = await workspace();
  const seen = await probe(place, "alice", "--end", "waiting", "--json");
  expect(seen.status).toBe(10);
  expect(seen.json()).toMatchObject({ name: "alice" });
});

test("an interrupt is an abort", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ program: PROBE }, "probe", "show", "alice", "--end", "hang");
  await terminal.waitFor("hanging");
  terminal.ctrl("c");
  await terminal.waitFor("error: aborted");
  expect(await terminal.exit).toBe(16);
});

describe("H10: results that can't be written are no success", () => {
  const shell = (redirection: string) =>
    ["sh", "-c", `exec "$@" ${redirection}`, "sh", ...PROBE] as [string, ...string[]];

  test.for(["", "--json"])("onto a full disk %s", async (flag) => {
    await using place = await workspace();
    const args = ["probe", "show", "alice", "-q", ...(flag === "" ? [] : [flag])];
    const seen = await place.runWith({ program: shell(">/dev/full") }, ...args);
    expect(seen.stderr).toMatch(/^error: standard output cannot be written: ENOSPC\n/);
    expect(seen.status).toBe(15);
  });

  test("to a reader that is gone, which nobody needs to be told", async () => {
    await using place = await workspace();
    const program: [string, ...string[]] = [
      "bash",
      "-c",
      '"$@" 2>&3 | true; exit "${PIPESTATUS[0]}"',
      "bash",
      ...PROBE,
    ];
    const log = openSync(await place.write("log", ""), "a");
    const seen = await place.runWith({ program, descriptors: [log] }, "probe", "show", "alice", "-q");
    closeSync(log);
    expect(seen.status).toBe(15);
  });
});
