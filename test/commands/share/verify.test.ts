import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeRecord } from "../../../src/lib/share/record.ts";
import { encodeWords } from "../../../src/lib/share/record-words.ts";
import { snapshotOf } from "../../support/folder.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const STRANGER = "cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a\n";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.place.write("wrong.passphrase", "not it\n");
  await made.place.write("letter", "Dear Alice,\n");
  using document = await made.document("alice");
  using record = encodeRecord(document.record);
  using words = encodeWords(document.record);
  await made.place.write("alice.record", record.reveal());
  await made.place.write("alice.words", words.reveal());
  await made.place.write("stranger.record", STRANGER);
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
  { outcome: "record", args: ["alice.record", ...VAULT], status: 0 },
  { outcome: "words", args: ["alice.words", ...VAULT, "--json"], status: 0 },
  { outcome: "record-of-another", args: ["bob=alice.record", ...VAULT], status: 11 },
  { outcome: "record-of-another-vault", args: ["alice=stranger.record", ...VAULT], status: 11 },
  { outcome: "record-as-argument", args: [`alice=${STRANGER.trim()}`, ...VAULT], status: 2 },
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
