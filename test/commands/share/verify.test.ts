import { afterAll, beforeAll, expect, test } from "vitest";
import { snapshotOf } from "../../support/folder.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.place.write("wrong.passphrase", "not it\n");
  await made.place.write("letter", "Dear Alice,\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const ALICE = [...VAULT, "--passphrase-file", "alice=alice.passphrase"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["shares/alice.share", ...ALICE], status: 0 },
  { outcome: "json", args: ["alice=shares/alice.share", ...ALICE, "--json"], status: 0 },
  { outcome: "quiet", args: ["shares/alice.share", ...ALICE, "--quiet"], status: 0 },
  {
    outcome: "wrong-passphrase",
    args: ["shares/alice.share", ...VAULT, "--passphrase-file", "alice=wrong.passphrase"],
    status: 11,
  },
  { outcome: "other-custodian", args: ["alice=shares/bob.share", ...ALICE], status: 11 },
  {
    outcome: "said-to-be-anothers",
    args: ["bob=shares/alice.share", ...VAULT, "--passphrase-file", "bob=alice.passphrase"],
    status: 11,
  },
  { outcome: "letter", args: ["alice=letter", ...ALICE], status: 11 },
  { outcome: "no-passphrase", args: ["shares/alice.share", ...VAULT], status: 2 },
  { outcome: "no-name", args: ["shares/.share", ...VAULT], status: 2 },
  { outcome: "not-found", args: ["alice.share", ...ALICE], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "share verify", "../golden", outcome));

test("nothing is recorded, neither of a good nor of a bad one", async () => {
  await using copy = await made.copy();
  const before = await snapshotOf(copy.place.path);
  expect((await copy.place.run("share", "verify", "shares/alice.share", ...ALICE)).status).toBe(0);
  expect((await copy.place.run("share", "verify", "alice=letter", ...ALICE)).status).toBe(11);
  expect(await snapshotOf(copy.place.path)).toEqual(before);
});
