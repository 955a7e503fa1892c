import { expect, test } from "vitest";
import { workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

const SECRET = "correct-horse";

test.for<{ args: string[]; says: string; status?: number }>([
  { args: [], says: "missing argument NAME" },
  { args: ["a", "start.ts", SECRET], says: "file not found: start.ts", status: 3 },
  { args: ["a", "/", SECRET], says: "the argument must be a file" },
  { args: ["a", "/bin/sh", SECRET], says: "more arguments than the command takes" },
  { args: ["a", `--unknown=${SECRET}`], says: "unknown flag --unknown" },
  { args: ["a", "--unknown", "-x"], says: "unknown flag --unknown, -x" },
  { args: ["a", `-x${SECRET}`], says: "unknown flag -x" },
  { args: ["a", "--left"], says: "--left needs a value" },
  { args: ["a", "--end", "-q"], says: "--end needs a value" },
  { args: ["a", "--left", SECRET, "--left", SECRET], says: "--left given more than once" },
  {
    args: ["a", `--end=${SECRET}`],
    says: "--end must be one of done, refused, bug, exit, waiting, hang, prompt",
  },
  { args: ["a", `--lock-timeout=${SECRET}`], says: "--lock-timeout must be an integer" },
  { args: ["a", "--lock-timeout=-1"], says: "--lock-timeout must be an integer greater than or equal to 0" },
  { args: ["a", "--lock-timeout=86401"], says: "--lock-timeout must be an integer less than or equal to 86400" },
  { args: ["a", `--left=${SECRET}`, `--right=${SECRET}`], says: "--right excludes --left" },
])("$args: $says", async ({ args, says, status = 2 }) => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, "probe", "show", ...args);
  expect(seen.stderr.split("\n")[0]).toBe(`error: ${says}`);
  expect(seen.stderr + seen.stdout).not.toContain(SECRET);
  expect(seen.status).toBe(status);
});

test("a usage error names the help, and is one short document with --json", async () => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, "probe", "show", "--json");
  expect(seen.json()).toEqual({
    error: {
      code: "USAGE",
      message: "missing argument NAME",
      suggestions: ["conclave probe show --help"],
      status: 2,
    },
  });
});

test("a missing argument is not read from standard input", async () => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE, stdin: "alice\n" }, "probe", "show");
  expect(seen.stderr).toMatch(/^error: missing argument NAME\n/);
});
