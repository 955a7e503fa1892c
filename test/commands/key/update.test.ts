import { afterAll, beforeAll, test } from "vitest";
import { create, move, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("payments", { tag: ["owner=cards"], cryptoperiod: "90d", exportable: true }),
      create("tokens"),
      create("gone"),
    ),
  );
  await made.perform(move("destroy", "gone"));
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const BOTH = [
  ...[...VAULT, "--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  {
    outcome: "everything",
    args: [
      ...["payments", ...BOTH, "--name", "cards-2027", "--tag", "team=b", "--tag", "owner=loans"],
      ...["--cryptoperiod", "1y", "--usage", "decrypt", "--not-exportable", "--reason", "ticket 4711"],
    ],
    status: 0,
  },
  {
    outcome: "json",
    args: ["payments", ...BOTH, "--remove-tag", "owner", "--cryptoperiod", "none", "--json"],
    status: 0,
  },
  { outcome: "dry-run", args: ["payments", ...VAULT, "--remove-tag", "owner", "--dry-run"], status: 0 },
  {
    outcome: "plan-out",
    args: ["payments", ...VAULT, "--plain-session", "--tag", "a=b", "--plan-out", "P"],
    status: 10,
  },
  { outcome: "wider-usages", args: ["payments", ...BOTH, "--usage", "encrypt", "--usage", "mac"], status: 13 },
  { outcome: "not-exportable-already", args: ["tokens", ...BOTH, "--not-exportable"], status: 13 },
  { outcome: "destroyed", args: ["gone", ...BOTH, "--tag", "a=b"], status: 13 },
  { outcome: "name-taken", args: ["payments", ...BOTH, "--name", "gone"], status: 4 },
  { outcome: "no-tag", args: ["payments", ...BOTH, "--remove-tag", "team"], status: 3 },
  { outcome: "not-found", args: ["payment", ...BOTH, "--tag", "a=b"], status: 3 },
  { outcome: "nothing", args: ["payments", ...BOTH], status: 2 },
  { outcome: "bad-name", args: ["payments", ...BOTH, "--name", "../x"], status: 2 },
  { outcome: "bad-cryptoperiod", args: ["payments", ...BOTH, "--cryptoperiod", "soon"], status: 2 },
  { outcome: "two-keys", args: ["payments", "tokens", ...BOTH, "--tag", "a=b"], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key update", "../golden", outcome));
