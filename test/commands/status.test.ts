import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOutcome } from "../support/outcome.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("pension", ["alice", "carol"]);
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["--vault", "vault"], status: 0 },
  { outcome: "json", args: ["--vault", "vault", "--json"], status: 0 },
  { outcome: "quiet", args: ["--vault", "vault", "--quiet"], status: 0 },
  { outcome: "no-vault", args: [], status: 3 },
  { outcome: "no-vault-json", args: ["--json"], status: 3 },
  { outcome: "a-file", args: ["--vault", "vault/vault.db"], status: 15 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "status", "./golden", outcome));

test("CONCLAVE_VAULT names the vault", async () => {
  const seen = await made.place.runWith({ env: { CONCLAVE_VAULT: made.path } }, "status", "--json");
  expect(seen.json()).toMatchObject({ path: made.path, keys: { active: 2 } });
});
