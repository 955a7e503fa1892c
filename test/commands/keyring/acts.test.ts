import { afterAll, beforeAll, test } from "vitest";
import { create, rotateKeyring } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** A vault, and the same after its KEK was rotated. */
let made: MadeVault;
let rotated: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("payments"));
  rotated = await made.copy();
  await rotated.perform(rotateKeyring());
});
afterAll(async () => {
  await made[Symbol.asyncDispose]();
  await rotated[Symbol.asyncDispose]();
});

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
const ELSEWHERE = [...VAULT, "--plain-session", "--plan-out", "P"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["cards", ...BOTH, "--reason", "a keyring of their own"], status: 0 },
  { outcome: "json", args: ["cards", ...BOTH, "--json"], status: 0 },
  { outcome: "dry-run", args: ["cards", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "plan-out", args: ["cards", ...ELSEWHERE], status: 10 },
  { outcome: "exists", args: ["default", ...BOTH], status: 4 },
  { outcome: "bad-name", args: ["cards/a", ...BOTH], status: 2 },
  { outcome: "no-name", args: [...BOTH], status: 2 },
])("keyring create, $outcome: $status", async (outcome) => expectOutcome(made, "keyring create", "../golden", outcome));

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["default", ...BOTH], status: 0 },
  { outcome: "json", args: ["default", ...BOTH, "--json"], status: 0 },
  { outcome: "dry-run", args: ["default", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "not-found", args: ["cards", ...BOTH], status: 3 },
])("keyring rotate, $outcome: $status", async (outcome) => expectOutcome(made, "keyring rotate", "../golden", outcome));

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["default", ...BOTH], status: 0 },
  { outcome: "json", args: ["default", ...BOTH, "--json"], status: 0 },
  { outcome: "dry-run", args: ["default", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "plan-out", args: ["default", ...ELSEWHERE, "--json"], status: 10 },
  { outcome: "not-found", args: ["cards", ...BOTH], status: 3 },
])("keyring rewrap, $outcome: $status", async (outcome) =>
  expectOutcome(rotated, "keyring rewrap", "../golden", outcome),
);

test.for([
  { outcome: "nothing-to-do", args: ["default", ...BOTH], status: 13 },
  { outcome: "dry-run-refused", args: ["default", ...VAULT, "--dry-run"], status: 0 },
])("keyring rewrap, $outcome: $status", async (outcome) => expectOutcome(made, "keyring rewrap", "../golden", outcome));

test("keyring show and status ask for the rewrap", async () => {
  const show = { outcome: "to-rewrap", args: ["default", ...VAULT], status: 0 };
  await expectOutcome(rotated, "keyring show", "../golden", show);
  await expectOutcome(rotated, "status", "../golden", { outcome: "to-rewrap", args: VAULT, status: 0 });
});
