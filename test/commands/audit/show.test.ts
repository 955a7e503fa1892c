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
  { outcome: "genesis", args: ["1", "--vault", "vault"], status: 0 },
  { outcome: "proof", args: ["3", "--vault", "vault"], status: 0 },
  { outcome: "execute", args: ["6", "--vault", "vault"], status: 0 },
  { outcome: "effect", args: ["7", "--vault", "vault", "--json"], status: 0 },
  { outcome: "not-found", args: ["9", "--vault", "vault"], status: 3 },
  { outcome: "bad-number", args: ["zero", "--vault", "vault"], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "audit show", "../golden", outcome));
