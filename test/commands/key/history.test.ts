import { afterAll, beforeAll, test } from "vitest";
import { move, rotate, update } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("storied", ["alice", "bob"]);
  const acts = [
    rotate("storied"),
    move("suspend", "storied"),
    move("resume", "storied"),
    move("compromise", "storied", 1),
  ];
  for (const act of acts) await made.perform(act);
  await made.perform(update("storied", { name: "renamed" }));
  await made.perform(move("destroy", "renamed"));
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["payments", "--vault", "vault"], status: 0 },
  { outcome: "json", args: ["payments", "--vault", "vault", "--json"], status: 0 },
  { outcome: "story", args: ["renamed", "--vault", "vault"], status: 0 },
  { outcome: "old-name", args: ["storied", "--vault", "vault"], status: 3 },
  { outcome: "not-found", args: ["default/pension", "--vault", "vault"], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key history", "../golden", outcome));
