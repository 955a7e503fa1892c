import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.place.write("there.request", "\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: [...VAULT, "--out", "november.request"], status: 0 },
  { outcome: "json", args: [...VAULT, "--out", "november.request", "--json"], status: 0 },
  { outcome: "no-out", args: VAULT, status: 2 },
  { outcome: "no-vault", args: ["--vault", "elsewhere", "--out", "november.request"], status: 3 },
  { outcome: "no-folder", args: [...VAULT, "--out", "nowhere/november.request"], status: 3 },
  { outcome: "out-exists", args: [...VAULT, "--out", "there.request"], status: 4 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "custodian request", "../golden", outcome, expect),
);
