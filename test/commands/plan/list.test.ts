import { afterAll, beforeAll, test } from "vitest";
import { sendKeyPlan } from "../../support/desk.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let idle: MadeVault;
beforeAll(async () => {
  [made, idle] = [await foundVault(), await foundVault()];
  await sendKeyPlan(made, { name: "payments" }, { reason: "card payments" });
  await sendKeyPlan(made, { name: "expired" }, { lifetime: 1 });
  await sendKeyPlan(made, { name: "signing", algorithm: "ed25519" });
});
afterAll(async () => {
  for (const vault of [made, idle]) await vault[Symbol.asyncDispose]();
});

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["--vault", "vault"], status: 0 },
  { outcome: "json", args: ["--vault", "vault", "--json"], status: 0 },
  { outcome: "no-vault", args: ["--vault", "elsewhere"], status: 3 },
])("$outcome: $status", async (outcome, { expect }) => expectOutcome(made, "plan list", "../golden", outcome, expect));

test.concurrent.for([
  { outcome: "none", args: ["--vault", "vault"], status: 0 },
  { outcome: "none-json", args: ["--vault", "vault", "--json"], status: 0 },
])("$outcome: $status", async (outcome, { expect }) => expectOutcome(idle, "plan list", "../golden", outcome, expect));
