import { afterAll, beforeAll, expect, test } from "vitest";
import { snapshotOf } from "../../support/folder.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.place.write("wrong.passphrase", "not it\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const AES = [...VAULT, "--algorithm", "aes-256"];
const ALICE = ["--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"];
const BOB = ["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase"];
const BOTH = [...ALICE, ...BOB, "--yes"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["first", ...AES, ...BOTH, "--reason", "a first key"], status: 0 },
  { outcome: "json", args: ["first", ...AES, ...BOTH, "--json"], status: 0 },
  { outcome: "quiet", args: ["first", ...AES, ...BOTH, "--quiet"], status: 0 },
  {
    outcome: "everything",
    args: [
      "default/wrapper",
      ...VAULT,
      "--algorithm",
      "rsa-3072",
      "--usage",
      "unwrap",
      "--usage",
      "wrap",
      "--tag",
      "team=cards",
      "--tag",
      "cost=7=8",
      "--cryptoperiod",
      "1y",
      "--exportable",
      ...BOTH,
    ],
    status: 0,
  },
  { outcome: "ed25519-json", args: ["signer", ...VAULT, "--algorithm", "ed25519", ...BOTH, "--json"], status: 0 },
  { outcome: "dry-run", args: ["first", ...AES, "--dry-run", "--reason", "look first"], status: 0 },
  { outcome: "dry-run-json", args: ["first", ...AES, "--dry-run", "--json"], status: 0 },
  { outcome: "dry-run-refused", args: ["payments", ...AES, "--dry-run"], status: 0 },
  { outcome: "exists", args: ["payments", ...AES, ...BOTH], status: 4 },
  { outcome: "exists-json", args: ["payments", ...AES, ...BOTH, "--json"], status: 4 },
  { outcome: "no-keyring", args: ["first", ...AES, "--keyring", "cards", ...BOTH], status: 3 },
  { outcome: "no-vault", args: ["first", "--vault", "elsewhere", "--algorithm", "aes-256", ...BOTH], status: 3 },
  { outcome: "no-name", args: [...AES, ...BOTH], status: 2 },
  { outcome: "bad-name", args: ["../first", ...AES, ...BOTH], status: 2 },
  { outcome: "no-algorithm", args: ["first", ...VAULT, ...BOTH], status: 2 },
  { outcome: "unknown-algorithm", args: ["first", ...VAULT, "--algorithm", "des", ...BOTH], status: 2 },
  { outcome: "two-purposes", args: ["first", ...AES, "--usage", "encrypt", "--usage", "mac", ...BOTH], status: 2 },
  { outcome: "bad-tag", args: ["first", ...AES, "--tag", "team", ...BOTH], status: 2 },
  { outcome: "doubled-tag", args: ["first", ...AES, "--tag", "a=1", "--tag", "a=2", ...BOTH], status: 2 },
  { outcome: "bad-cryptoperiod", args: ["first", ...AES, "--cryptoperiod", "1 year", ...BOTH], status: 2 },
  { outcome: "no-custodians", args: ["first", ...AES, "--yes"], status: 2 },
  { outcome: "no-confirmation", args: ["first", ...AES, ...ALICE, ...BOB], status: 2 },
  {
    outcome: "no-passphrase",
    args: ["first", ...AES, ...ALICE, "--share", "shares/bob.share", "--yes"],
    status: 2,
  },
  { outcome: "too-few", args: ["first", ...AES, ...ALICE, "--yes"], status: 11 },
  { outcome: "too-few-json", args: ["first", ...AES, ...ALICE, "--yes", "--json"], status: 11 },
  { outcome: "one-twice", args: ["first", ...AES, ...ALICE, "--share", "shares/alice.share", "--yes"], status: 11 },
  {
    outcome: "wrong-passphrase",
    args: [
      "first",
      ...AES,
      ...ALICE,
      "--share",
      "shares/bob.share",
      "--passphrase-file",
      "bob=wrong.passphrase",
      "--yes",
    ],
    status: 11,
  },
  {
    outcome: "no-share-file",
    args: ["first", ...AES, ...ALICE, "--share", "bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
    status: 3,
  },
])("$outcome: $status", async (outcome) => expectOutcome(made, "key create", "../golden", outcome));

test("--dry-run writes nothing, neither in the vault nor in this machine's memory", async () => {
  await using copy = await made.copy();
  const before = await snapshotOf(copy.place.path);
  for (const name of ["first", "payments"]) {
    expect((await copy.place.run("key", "create", name, ...AES, "--dry-run")).status).toBe(0);
  }
  expect(await snapshotOf(copy.place.path)).toEqual(before);
});

test("--dry-run needs nobody, and asks nobody", async () => {
  await using copy = await made.copy();
  await using terminal = copy.place.terminal("key", "create", "first", ...AES, "--dry-run");
  await terminal.waitFor("Would be executed as things stand");
  expect(await terminal.exit).toBe(0);
});
