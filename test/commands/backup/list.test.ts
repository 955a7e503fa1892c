import { afterAll, beforeAll, test } from "vitest";
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
  { command: "backup list", outcome: "help", args: ["--help"], status: 0 },
  { command: "backup list", outcome: "success", args: ["backups", ...VAULT], status: 0 },
  { command: "backup list", outcome: "json", args: [".", ...VAULT, "--json"], status: 0 },
  { command: "backup list", outcome: "none", args: ["empty", ...VAULT], status: 0 },
  { command: "backup list", outcome: "no-folder", args: ["gone", ...VAULT], status: 3 },
  { command: "backup prune", outcome: "help", args: ["--help"], status: 0 },
  {
    command: "backup prune",
    outcome: "dry-run",
    args: ["backups", "--keep-last", "1", "--dry-run", ...VAULT],
    status: 0,
  },
  { command: "backup prune", outcome: "success", args: [".", "--keep-daily", "1", ...VAULT], status: 0 },
  { command: "backup prune", outcome: "json", args: [".", "--keep-weekly", "1", ...VAULT, "--json"], status: 0 },
  { command: "backup prune", outcome: "no-rule", args: ["backups", ...VAULT], status: 2 },
  { command: "backup prune", outcome: "no-folder", args: ["gone", "--keep-last", "1", ...VAULT], status: 3 },
])("$command, $outcome: $status", async ({ command, ...outcome }, { expect }) =>
  expectOutcome(made, command, "../golden", outcome, expect),
);
