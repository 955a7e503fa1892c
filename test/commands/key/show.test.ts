import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("signing", ["bob", "carol"], "ed25519");
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["payments", "--vault", "vault"], status: 0 },
  { outcome: "public", args: ["default/signing", "--vault", "vault"], status: 0 },
  { outcome: "json", args: ["signing", "--vault", "vault", "--json"], status: 0 },
  { outcome: "not-found", args: ["pension", "--vault", "vault"], status: 3 },
  { outcome: "not-found-json", args: ["pension", "--vault", "vault", "--json"], status: 3 },
  { outcome: "bad-name", args: ["a/b/c", "--vault", "vault"], status: 2 },
  { outcome: "no-name", args: ["--vault", "vault"], status: 2 },
  { outcome: "two-names", args: ["payments", "signing", "--vault", "vault"], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key show", "../golden", outcome));
