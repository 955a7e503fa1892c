import { expect, test } from "vitest";
import { workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

test.for<{ args: string[]; status: number; stderr: RegExp }>([
  { args: ["nothing"], status: 2, stderr: /^error: unknown command\n {2}try: conclave --help\n$/ },
  { args: ["probe"], status: 2, stderr: /^error: probe needs one of: ask, show\n {2}try: conclave probe --help\n$/ },
  {
    args: ["probe", "shaw"],
    status: 2,
    stderr: /^error: probe needs one of: ask, show\n {2}try: conclave probe show --help\n/,
  },
  { args: ["prob", "show"], status: 2, stderr: /^error: unknown command\n {2}try: conclave probe show --help\n/ },
  { args: ["--vault", "x"], status: 2, stderr: /^error: unknown command\n/ },
  { args: ["nothing", "--help"], status: 2, stderr: /^error: unknown command\n/ },
  { args: ["help", "nothing"], status: 2, stderr: /^error: unknown command\n/ },
  { args: ["--", "probe", "show", "a"], status: 2, stderr: /^error: unknown command\n/ },
])("$args: $status", async ({ args, status, stderr }) => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, ...args);
  expect(seen.stderr).toMatch(stderr);
  expect(seen.stdout).toBe("");
  expect(seen.status).toBe(status);
});

test.for<{ args: string[]; stdout: RegExp }>([
  { args: [], stdout: /TOPICS\n {2}probe {2}Probes\n/ },
  { args: ["--help"], stdout: /TOPICS\n {2}probe {2}Probes\n/ },
  { args: ["probe", "--help"], stdout: /COMMANDS\n {2}probe ask {3}Ask something\n/ },
  { args: ["help", "probe"], stdout: /COMMANDS\n {2}probe ask {3}Ask something\n/ },
  { args: ["probe", "show", "-h"], stdout: /^Show what was given\n\nUSAGE\n {2}\$ conclave probe show NAME \[FILE\]/ },
  { args: ["help", "probe", "show"], stdout: /^Show what was given\n/ },
  { args: ["probe", "show", "alice", "--help"], stdout: /^Show what was given\n/ },
  { args: ["--version"], stdout: /^probe\/1\.2\.3 \S+ node-v\d/ },
])("$args shows what there is", async ({ args, stdout }) => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, ...args);
  expect(seen.stdout).toMatch(stdout);
  expect(seen.stderr).toBe("");
  expect(seen.status).toBe(0);
});

test("no plugin is loaded from the user's folders", async () => {
  await using place = await workspace({
    "data/conclave/package.json": JSON.stringify({
      oclif: { plugins: [{ type: "link", name: "evil", root: "evil" }] },
    }),
    "data/conclave/evil/package.json": JSON.stringify({ name: "evil", oclif: { hooks: { init: "./init.js" } } }),
    "data/conclave/evil/init.js": "console.log('foreign code')",
  });
  const seen = await place.runWith({ program: PROBE }, "probe", "show", "alice", "-q");
  expect(seen.stdout).toMatch(/^name {3}alice\n/);
  expect(seen.stderr).toBe("");
});

test("an unknown command is one document with --json", async () => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, "nothing", "--json");
  expect(seen.json()).toMatchObject({ error: { code: "USAGE", status: 2 } });
  expect(seen.status).toBe(2);
});
