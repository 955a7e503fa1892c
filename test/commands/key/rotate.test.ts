import { afterAll, beforeAll, test } from "vitest";
import { create, createKeyring, move, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  const early = Date.now() - 100 * 86_400_000;
  let now: number | undefined = early;
  made = await foundVault({ surroundings: { clock: () => new Date(now ?? Date.now()) } });
  await made.perform(createKeyring("cards"));
  await made.perform(
    together(create("monthly", { cryptoperiod: "30d" }), create("cards/pins", { cryptoperiod: "90d" })),
  );
  now = undefined;
  await made.perform(together(create("payments"), create("held"), create("yearly", { cryptoperiod: "1y" })));
  await made.perform(move("suspend", "held"));
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["payments", ...BOTH, "--reason", "yearly rotation"], status: 0 },
  { outcome: "several-json", args: ["payments", "cards/pins", ...BOTH, "--json"], status: 0 },
  { outcome: "due", args: ["--due", "--keyring", "default", ...BOTH], status: 0 },
  { outcome: "due-in-keyring", args: ["--due", "--keyring", "cards", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "due-plan-out", args: ["--due", ...VAULT, "--plain-session", "--plan-out", "P", "--json"], status: 10 },
  { outcome: "refused", args: ["held", ...BOTH], status: 13 },
  { outcome: "dry-run-refused", args: ["held", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "no-keyring", args: ["--due", "--keyring", "none", ...BOTH], status: 3 },
  { outcome: "not-found", args: ["payment", ...BOTH], status: 3 },
  { outcome: "no-name", args: [...BOTH], status: 2 },
  { outcome: "names-and-due", args: ["payments", "--due", ...BOTH], status: 2 },
  { outcome: "keyring-without-due", args: ["payments", "--keyring", "cards", ...BOTH], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key rotate", "../golden", outcome));

test("nothing is due: 13", async () => {
  await using copy = await made.copy();
  await copy.place.run("key", "rotate", "--due", ...BOTH);
  await expectOutcome(copy, "key rotate", "../golden", {
    outcome: "nothing-due",
    args: ["--due", ...BOTH],
    status: 13,
  });
});
