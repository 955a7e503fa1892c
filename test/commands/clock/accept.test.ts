import { afterAll, beforeAll, test } from "vitest";
import { sendKeyPlan } from "../../support/desk.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await sendKeyPlan(made, { name: "payments" });
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const ALICE = ["--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"];
const BOB = ["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: [...VAULT, ...ALICE, ...BOB, "--yes", "--reason", "a new battery"], status: 0 },
  { outcome: "json", args: [...VAULT, ...ALICE, ...BOB, "--yes", "--json"], status: 0 },
  { outcome: "dry-run", args: [...VAULT, "--dry-run"], status: 0 },
  { outcome: "plan-out", args: [...VAULT, "--plan-out", "P", "--plain-session"], status: 10 },
  { outcome: "plan-out-json", args: [...VAULT, "--plan-out", "P", "--plain-session", "--json"], status: 10 },
  { outcome: "no-custodians", args: [...VAULT, "--yes"], status: 2 },
  { outcome: "no-session", args: [...VAULT, "--plan-out", "P"], status: 2 },
  { outcome: "too-few", args: [...VAULT, ...ALICE, "--yes"], status: 11 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "clock accept", "../golden", outcome, expect),
);
