import { chmodSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { CHECKS } from "../../src/lib/catalogue.ts";
import type { Examination, Finding } from "../../src/lib/host/check.ts";
import type { Seen } from "../support/seen.ts";
import { smallVault } from "../support/small-vault.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

const RUN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

/** What depends on the machine, and not on the vault: any level may come of it but a refusal. */
const OF_THE_MACHINE = ["filesystem", "disk", "swap", "core-dumps", "ptrace", "node", "entropy", "clock", "sqlite"];

const examinationOf = (seen: Seen) => seen.json() as Examination;
const refusalsOf = ({ findings }: Examination) => findings.filter(({ level }) => level === "refusal");
const of = ({ findings }: Examination, check: string) => findings.filter((finding) => finding.check === check);
/** The command that a refusal shows, given to a shell in this workspace. */
const mend = (place: Workspace, { mend = "exit 1" }: Finding) => place.runWith({ program: ["/bin/sh", "-c", mend] });

async function inOrder(place: Workspace) {
  const made = await smallVault(place, { times: [HOUR_AGO, HOUR_AGO], approved: [2] });
  made.remember(2);
  return made;
}

test("every check has a name of its own", () => {
  expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
});

test("no vault yet: the host alone, go", async () => {
  await using place = await workspace();
  const seen = await place.run("doctor", "--json");
  const examination = examinationOf(seen);
  expect(seen.status).toBe(0);
  expect(seen.stderr).toBe("");
  expect(examination.go).toBe(true);
  expect(of(examination, "database")).toMatchObject([
    { level: "ok", found: `no vault at ${place.file("data/conclave/vault")}: the host alone was looked at` },
  ]);
  expect([...new Set(examination.findings.map(({ check }) => check))]).toEqual(
    CHECKS.map(({ name }) => name).filter((name) => name !== "anchor" && name !== "chain-clock"),
  );
  expect(readdirSync(place.path).sort()).toEqual(["data", "home", "state"]);
  expect([...readdirSync(place.file("data")), ...readdirSync(place.file("state"))]).toEqual([]);
});

test("a vault in order: go, and JSON says what Node.js it was", async () => {
  await using place = await workspace();
  const { vault } = await inOrder(place);
  const seen = await place.run("doctor", "--vault", vault, "--json");
  const examination = examinationOf(seen);
  expect(seen.status).toBe(0);
  expect(Object.keys(examination)).toEqual(["go", "findings", "node"]);
  expect(examination.node).toEqual({
    version: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
    path: expect.stringMatching(/^\//),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    flags: ["--disable-sigusr1"],
  });
  const sure = examination.findings.filter(({ check }) => !OF_THE_MACHINE.includes(check));
  expect(sure.map(({ check, level }) => `${check} ${level}`)).toEqual([
    "permissions ok",
    "permissions ok",
    "process ok",
    "database ok",
    "anchor ok",
    "chain-clock ok",
  ]);
});

test("the text: a line each, the refusal with its command, and the verdict last", async () => {
  await using place = await workspace();
  const { vault } = await inOrder(place);
  chmodSync(vault, 0o755);
  const seen = await place.run("doctor", "--vault", vault);
  const lines = seen.stdout.replaceAll(place.path, "PLACE").split("\n");
  const own = lines.filter((line, i) => ofTheVault(/^ +mend/.test(line) ? (lines[i - 1] ?? "") : line));
  expect(own).toEqual([
    "REFUSAL  Modes and owners  PLACE/data/conclave/vault has mode 0755, wanted 0700",
    "    mend: chmod 700 PLACE/data/conclave/vault",
    "ok       Modes and owners  PLACE/state/conclave is closed to others",
    "WARNING  Database          not checked: PLACE/data/conclave/vault has mode 0755, wanted 0700",
    "WARNING  Anchor            not checked: PLACE/data/conclave/vault has mode 0755, wanted 0700",
    "WARNING  Clock and chain   not checked: PLACE/data/conclave/vault has mode 0755, wanted 0700",
  ]);
  expect(seen.stdout).toMatch(/\n\nNO GO: 1 refusal, \d+ warnings\n$/);
  expect(seen.stderr).toBe("");
  expect(seen.status).toBe(15);
});

const ofTheVault = (line: string) => /^\w+ +(?:Modes|Database|Anchor|Clock and)/.test(line);

test.for([
  { what: "the vault's folder", path: "data/conclave/vault", mode: 0o755 },
  { what: "a parent", path: "data", mode: 0o777 },
  { what: "the state directory", path: "state/conclave", mode: 0o750 },
])("H1: $what open to others: no-go, 15; its command makes it go", async ({ path, mode }) => {
  await using place = await workspace();
  await inOrder(place);
  chmodSync(place.file(path), mode);
  const before = await place.run("doctor", "--json");
  const [refusal, ...others] = refusalsOf(examinationOf(before));
  expect(before.status).toBe(15);
  expect(refusal).toMatchObject({
    check: "permissions",
    found: expect.stringContaining(`${place.file(path)} has mode`),
  });
  expect(others).toEqual([]);

  expect((await mend(place, refusal as Finding)).status).toBe(0);
  expect(statSync(place.file(path)).mode & 0o022).toBe(0);
  expect((await place.run("doctor", "--json")).status).toBe(0);
});

test.for([
  { what: "NODE_OPTIONS", env: { NODE_OPTIONS: "--no-warnings" }, flags: [], command: "unset NODE_OPTIONS" },
  { what: "a debugger", env: {}, flags: ["--inspect=127.0.0.1:0"], command: "Start it through bin/conclave" },
])("H6: $what, without the launcher: no-go, 15; through the launcher: go", async ({ env, flags, command }) => {
  await using place = await workspace();
  const program = [process.execPath, "--disable-sigusr1", ...flags, RUN] as const;
  const direct = await place.runWith({ program, env }, "doctor", "--json");
  expect(direct.status).toBe(15);
  const refusals = refusalsOf(examinationOf(direct));
  expect(refusals.map(({ check }) => check)).toEqual(refusals.map(() => "process"));
  expect(refusals.map(({ mend }) => mend)).toContain(command);

  // The same guards what handles shares, before it looks for any of them.
  const verify = await place.runWith({ program, env }, "share", "verify", "alice.share");
  expect(verify.stderr).toMatch(/^(?:Debugger .*\nFor help.*\n)?error: .*: the process can be looked into\n {2}try: /);
  expect(verify.status).toBe(15);

  expect((await place.runWith({ env }, "doctor", "--json")).status).toBe(0);
});

test("H6: core dumps on, without the launcher: a warning; the command ends it", async () => {
  await using place = await workspace();
  const run = (before: string) => {
    const program = [
      "/bin/sh",
      "-c",
      `${before}; exec "$@"`,
      "sh",
      process.execPath,
      "--disable-sigusr1",
      RUN,
    ] as const;
    return place.runWith({ program }, "doctor", "--json");
  };
  const [on] = of(examinationOf(await run("ulimit -S -c $(ulimit -H -c)")), "core-dumps");
  if (on?.level === "ok") return; // the hard limit of this machine is 0
  expect(on).toMatchObject({ level: "warning", mend: "ulimit -c 0" });
  const [off] = of(examinationOf(await run(on?.mend ?? "exit 1")), "core-dumps");
  expect(off).toMatchObject({ level: "ok", found: "the limit is 0" });
});

test("H7: a clock behind the last approved act: no-go, 15", async () => {
  await using place = await workspace();
  const ahead = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const { vault, remember } = await smallVault(place, { times: [HOUR_AGO, ahead], approved: [2] });
  remember(2);
  const seen = await place.run("doctor", "--vault", vault, "--json");
  expect(seen.status).toBe(15);
  expect(refusalsOf(examinationOf(seen))).toMatchObject([{ check: "chain-clock", mend: "date --utc --set TIME" }]);
});

test("T6: a vault behind its anchor: no-go, 15", async () => {
  await using place = await workspace();
  const { vault, remember } = await inOrder(place);
  remember(7);
  const seen = await place.run("doctor", "--vault", vault, "--json");
  expect(seen.status).toBe(15);
  expect(refusalsOf(examinationOf(seen))).toMatchObject([
    { check: "anchor", found: "the vault has 2 entries, this machine remembers 7" },
  ]);
});

test("H4: another process holds the vault: go, but it was not checked", async () => {
  await using place = await workspace();
  const { vault } = await inOrder(place);
  const holder = new Database(`${vault}/vault.db`);
  holder.exec("BEGIN EXCLUSIVE");
  const seen = await place.run("doctor", "--vault", vault, "--lock-timeout", "0", "--json");
  holder.close();
  const examination = examinationOf(seen);
  expect(seen.status).toBe(0);
  expect(["database", "anchor", "chain-clock"].flatMap((check) => of(examination, check))).toMatchObject([
    { level: "warning", found: expect.stringMatching(`^busy, not checked: .* is held by pid ${process.pid}$`) },
    { level: "warning", found: expect.stringMatching(/^not checked: the vault is busy/) },
    { level: "warning", found: expect.stringMatching(/^not checked: the vault is busy/) },
  ]);
});

test("I4: a vault whose path would repaint the screen is shown escaped", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times: [HOUR_AGO] }, "data/\u001b[2Jvault");
  chmodSync(vault, 0o755);
  const seen = await place.run("doctor", "--vault", vault);
  expect(seen.stdout).toContain("data/\\u{1b}[2Jvault has mode 0755");
  expect(seen.stdout).not.toContain("\u001b");
});

test("a command that it doesn't know how to take: usage", async () => {
  await using place = await workspace();
  const seen = await place.run("doctor", "--lock-timeout", "601");
  expect(seen.status).toBe(2);
});

test("its help", async () => {
  await using place = await workspace();
  await expect(await place.run("doctor", "--help")).toMatchFileSnapshot("golden/doctor-help.txt");
});
