import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "../../support/desk.ts";
import { keptBackups } from "../../support/kept-backups.ts";
import { expectOutcome } from "../../support/outcome.ts";
import type { MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await keptBackups();
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const shares = (...names: string[]) => [
  ...names.flatMap((name) => ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`]),
  "--yes",
];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.backup", ...VAULT], status: 0 },
  { outcome: "json", args: ["good.backup", "damaged.backup", ...VAULT, "--json"], status: 14 },
  { outcome: "no-vault", args: ["good.backup", "--vault", "none"], status: 0 },
  { outcome: "damaged", args: ["damaged.backup", ...VAULT], status: 14 },
  { outcome: "foreign", args: ["foreign.backup", ...VAULT], status: 17 },
  { outcome: "letter", args: ["letter.backup", ...VAULT], status: 14 },
  { outcome: "not-found", args: ["none.backup", ...VAULT], status: 3 },
  { outcome: "no-file", args: VAULT, status: 2 },
  { outcome: "deep", args: ["--deep", "good.backup", ...VAULT, ...shares("alice", "bob")], status: 0 },
  { outcome: "deep-json", args: ["--deep", "good.backup", ...VAULT, ...shares("alice", "bob"), "--json"], status: 0 },
  { outcome: "deep-dry-run", args: ["--deep", "good.backup", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "deep-foreign", args: ["--deep", "foreign.backup", ...VAULT, ...shares("alice", "bob")], status: 13 },
  { outcome: "deep-damaged", args: ["--deep", "damaged.backup", ...VAULT, ...shares("alice", "bob")], status: 14 },
  { outcome: "deep-two", args: ["--deep", "good.backup", "damaged.backup", ...VAULT], status: 2 },
  { outcome: "deep-too-few", args: ["--deep", "good.backup", ...VAULT, ...shares("alice")], status: 11 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "backup verify", "../golden", outcome, expect),
);

test("proved from own desks: the plan names the file, which the execute is given again", async () => {
  await using copy = await made.copy();
  const run = (...args: string[]) => copy.place.run(...args);
  const planned = await run(
    "backup",
    "verify",
    "--deep",
    "good.backup",
    ...VAULT,
    "--plan-out",
    "P",
    "--plain-session",
  );
  expect(planned.status).toBe(10);
  for (const name of ["alice", "bob"]) {
    const env = { XDG_STATE_HOME: new Desk(copy, name).home };
    const own = ["--share", `shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`, "--yes"];
    expect((await copy.place.runWith({ env }, "plan", "approve", "P", ...own, "--out", `${name}.P`)).status).toBe(0);
  }
  const execute = ["plan", "execute", "P", "--approval", "alice.P", "--approval", "bob.P", ...VAULT];
  const without = await run(...execute);
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining("no such file was given")]);
  expect((await run(...execute, "--in", "foreign.backup")).status).toBe(2);
  expect((await run(...execute, "--in", "damaged.backup")).status).toBe(14);
  expect((await run(...execute, "--in", "good.backup")).status).toBe(0);
  const status = (await run("status", ...VAULT, "--json")).json() as { restoreProved: string | null };
  expect(status.restoreProved).not.toBeNull();
});
