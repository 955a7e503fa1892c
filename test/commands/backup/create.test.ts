import { afterAll, beforeAll, expect, test } from "vitest";
import { keptBackups } from "../../support/kept-backups.ts";
import { expectOutcome } from "../../support/outcome.ts";
import type { MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await keptBackups();
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["--to", "empty", ...VAULT], status: 0 },
  { outcome: "json", args: ["--to", "empty", "--to", "exec:cat >{name}", ...VAULT, "--json"], status: 0 },
  { outcome: "one-failed", args: ["--to", "gone", "--to", "empty", ...VAULT], status: 3 },
  {
    outcome: "one-failed-json",
    args: ["--to", "exec:cat >/dev/null; exit 1", "--to", "empty", ...VAULT, "--json"],
    status: 15,
  },
  { outcome: "all-failed", args: ["--to", "gone", ...VAULT], status: 3 },
  { outcome: "no-place", args: VAULT, status: 2 },
  { outcome: "no-command", args: ["--to", "exec: ", ...VAULT], status: 2 },
  { outcome: "no-vault", args: ["--to", "empty", "--vault", "none"], status: 3 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "backup create", "../golden", outcome, expect),
);

test("says nothing if all went well", async () => {
  await using copy = await made.copy();
  const seen = await copy.place.run("backup", "create", "--to", "empty", ...VAULT, "--quiet");
  expect([seen.status, seen.stdout, seen.stderr]).toEqual([0, "", ""]);
});
