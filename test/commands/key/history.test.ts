import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["payments", "--vault", "vault"], status: 0 },
  { outcome: "json", args: ["payments", "--vault", "vault", "--json"], status: 0 },
  { outcome: "not-found", args: ["default/pension", "--vault", "vault"], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key history", "../golden", outcome));
