import { copyFile } from "node:fs/promises";
import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await using other = await foundVault();
  await copyFile(other.share("bob"), made.place.file("bob.share"));
  await made.place.write("wrong.passphrase", "not it\n");
  await made.place.write("letter", "not a share\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const BOB = ["--passphrase-file", "bob=bob.passphrase"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["shares/bob.share", ...VAULT, ...BOB], status: 0 },
  { outcome: "json", args: ["shares/bob.share", ...VAULT, ...BOB, "--json"], status: 0 },
  { outcome: "no-share", args: [...VAULT, ...BOB], status: 2 },
  { outcome: "no-passphrase", args: ["shares/bob.share", ...VAULT], status: 2 },
  { outcome: "not-found", args: ["carol.share", ...VAULT], status: 3 },
  {
    outcome: "wrong-passphrase",
    args: ["shares/bob.share", ...VAULT, "--passphrase-file", "bob=wrong.passphrase"],
    status: 11,
  },
  { outcome: "foreign", args: ["bob.share", ...VAULT, ...BOB], status: 11 },
  {
    outcome: "anothers",
    args: ["bob=shares/alice.share", ...VAULT, "--passphrase-file", "bob=alice.passphrase"],
    status: 11,
  },
  { outcome: "letter", args: ["bob=letter", ...VAULT, ...BOB], status: 11 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "custodian drill", "../golden", outcome, expect),
);
