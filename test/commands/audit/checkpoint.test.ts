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
  { outcome: "success", args: ["--vault", "vault"], status: 0 },
  { outcome: "json", args: ["--vault", "vault", "--json"], status: 0 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "audit checkpoint", "../golden", outcome));
