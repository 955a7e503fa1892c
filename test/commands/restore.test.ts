import { afterAll, beforeAll, expect, test } from "vitest";
import { keptBackups, otherState } from "../support/kept-backups.ts";
import { expectOutcome } from "../support/outcome.ts";
import type { MadeVault } from "../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await keptBackups();
});
afterAll(async () => made[Symbol.asyncDispose]());

const TO = ["--vault", "restored"];
const shares = (...names: string[]) => [
  ...names.flatMap((name) => ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`]),
  "--yes",
];
/** Another machine than the vault's host, which remembers more of the vault than its backups hold. */
const desk = "other";
const BY_PLAN = ["--plan", "restore.plan", ...TO];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.backup", ...TO, ...shares("alice", "bob")], status: 0, desk },
  { outcome: "json", args: ["good.backup", ...TO, ...shares("bob", "carol"), "--json"], status: 0, desk },
  { outcome: "dry-run", args: ["backups", "--latest", ...TO, "--dry-run"], status: 0, desk },
  { outcome: "dry-run-json", args: ["good.backup", ...TO, "--dry-run", "--json"], status: 0, desk },
  { outcome: "dry-run-refused", args: ["good.backup", "--vault", "vault", "--dry-run"], status: 0, desk },
  { outcome: "plan-out", args: ["good.backup", ...TO, "--plan-out", "P", "--plain-session"], status: 10, desk },
  {
    outcome: "by-plan",
    args: ["good.backup", ...BY_PLAN, "--approval", "alice.approval", "--approval", "bob.approval"],
    status: 0,
    desk,
  },
  { outcome: "by-plan-too-few", args: ["good.backup", ...BY_PLAN, "--approval", "alice.approval"], status: 10, desk },
  {
    outcome: "by-plan-twice",
    args: ["good.backup", ...BY_PLAN, "--approval", "alice.approval", "--approval", "alice.approval"],
    status: 12,
    desk,
  },
  { outcome: "by-plan-other-file", args: ["foreign.backup", ...BY_PLAN], status: 12, desk },
  { outcome: "by-plan-elsewhere", args: ["good.backup", ...BY_PLAN], status: 12, desk: "third" },
  { outcome: "approval-without-plan", args: ["good.backup", ...TO, "--approval", "alice.approval"], status: 2, desk },
  { outcome: "exists", args: ["good.backup", "--vault", "vault", ...shares("alice", "bob")], status: 4, desk },
  { outcome: "older", args: ["good.backup", ...TO, ...shares("alice", "bob")], status: 14 },
  {
    outcome: "older-allowed",
    args: ["good.backup", ...TO, "--older-than-anchor", ...shares("alice", "bob")],
    status: 0,
  },
  { outcome: "damaged", args: ["damaged.backup", ...TO, ...shares("alice", "bob")], status: 14, desk },
  { outcome: "letter", args: ["letter.backup", ...TO], status: 14, desk },
  { outcome: "not-found", args: ["none.backup", ...TO], status: 3, desk },
  { outcome: "folder", args: ["backups", ...TO], status: 2, desk },
  { outcome: "several-hosts", args: [".", "--latest", ...TO], status: 2, desk },
  { outcome: "no-backups", args: ["empty", "--latest", ...TO], status: 3, desk },
  { outcome: "nobody", args: ["good.backup", ...TO], status: 2, desk },
  { outcome: "too-few", args: ["good.backup", ...TO, ...shares("alice")], status: 11, desk },
])("$outcome: $status", async (outcome, { expect }) => expectOutcome(made, "restore", "golden", outcome, expect));

test("a vault's own plan execute does not execute a restore plan, nor does the old host", async () => {
  await using copy = await made.copy();
  const approvals = ["--approval", "alice.approval", "--approval", "bob.approval"];
  const seen = await copy.place.run("plan", "execute", "restore.plan", ...approvals, "--vault", "vault");
  expect([seen.status, seen.stderr]).toEqual([12, expect.stringContaining("the plan was not signed by this host")]);
});

test("in the room, on a terminal", async () => {
  await using copy = await made.copy();
  await using terminal = copy.place.terminalWith(
    { env: { XDG_STATE_HOME: otherState(copy) } },
    "restore",
    "good.backup",
    ...TO,
  );
  const answer = async (question: string, text: string) => {
    await terminal.waitFor(question);
    terminal.type(text);
    terminal.enter();
  };
  for (const name of ["alice", "bob"]) {
    await terminal.waitFor("nobody: stop here");
    terminal.enter();
    await answer("where is your share file?", `shares/${name}.share`);
    await answer("your passphrase", copy.passphrase(name));
  }
  await answer("Type yes to execute vault.restore", "yes");
  expect(await terminal.exit).toBe(0);
  expect(
    (await copy.place.runWith({ env: { XDG_STATE_HOME: otherState(copy) } }, "audit", "verify", ...TO)).status,
  ).toBe(0);
});
