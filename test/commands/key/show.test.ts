import { afterAll, beforeAll, test } from "vitest";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("signing", ["bob", "carol"], "ed25519");
  const dates = { activateAt: "2998-01-31", deactivateAt: "2999-01-31T12:00:00Z", cryptoperiod: "90d" };
  await made.perform(together(create("storied", { tag: ["owner=cards", "cost=7"] }), create("waiting", dates)));
  for (const act of [rotate("storied"), rotate("storied"), move("compromise", "storied", 1)]) await made.perform(act);
  await made.perform(move("destroy", "storied", 1));
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["payments", "--vault", "vault"], status: 0 },
  { outcome: "public", args: ["default/signing", "--vault", "vault"], status: 0 },
  { outcome: "json", args: ["signing", "--vault", "vault", "--json"], status: 0 },
  { outcome: "states", args: ["storied", "--vault", "vault"], status: 0 },
  { outcome: "dates", args: ["waiting", "--vault", "vault"], status: 0 },
  { outcome: "not-found", args: ["pension", "--vault", "vault"], status: 3 },
  { outcome: "not-found-json", args: ["pension", "--vault", "vault", "--json"], status: 3 },
  { outcome: "bad-name", args: ["a/b/c", "--vault", "vault"], status: 2 },
  { outcome: "no-name", args: ["--vault", "vault"], status: 2 },
  { outcome: "two-names", args: ["payments", "signing", "--vault", "vault"], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key show", "../golden", outcome));
