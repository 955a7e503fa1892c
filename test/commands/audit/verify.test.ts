import { readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  const { stdout } = await made.place.run("audit", "checkpoint", "--vault", "vault");
  await made.place.write("checkpoint", stdout);
  await made.place.write("altered", stdout.replace("\n5\n", "\n4\n"));
  await made.createKey("payments", ["alice", "bob"]);
  const { stdout: chain } = await made.place.run("audit", "export", "--vault", "vault", "--out", "-");
  await made.place.write("a.chain", chain);
  await made.place.write("cut.chain", chain.slice(0, 9000));
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: VAULT, status: 0 },
  { outcome: "json", args: [...VAULT, "--full", "--json"], status: 0 },
  { outcome: "checkpoint", args: [...VAULT, "--checkpoint", "checkpoint"], status: 0 },
  { outcome: "altered-checkpoint", args: [...VAULT, "--checkpoint", "altered"], status: 14 },
  { outcome: "no-checkpoint", args: [...VAULT, "--checkpoint", "nowhere"], status: 3 },
  { outcome: "other-genesis", args: [...VAULT, "--genesis", "0".repeat(64)], status: 14 },
  { outcome: "in", args: ["--in", "a.chain"], status: 0 },
  { outcome: "in-json", args: ["--in", "a.chain", "--json"], status: 0 },
  { outcome: "in-other-genesis", args: ["--in", "a.chain", "--genesis", "0".repeat(64)], status: 14 },
  { outcome: "in-cut-off", args: ["--in", "cut.chain"], status: 14 },
  { outcome: "in-no-chain", args: ["--in", "alice.passphrase"], status: 2 },
  { outcome: "in-not-found", args: ["--in", "nowhere"], status: 3 },
  { outcome: "bad-genesis", args: [...VAULT, "--genesis", "0123"], status: 2 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "audit verify", "../golden", outcome));

test.for([
  { outcome: "consistent", args: VAULT, status: 17 },
  { outcome: "consistent-json", args: [...VAULT, "--json"], status: 17 },
  { outcome: "in-consistent", args: ["--in", "a.chain"], status: 17 },
])("S15: on a machine that doesn't know the vault, $outcome: $status", async (outcome) => {
  await using copy = await made.copy();
  await rm(copy.state, { recursive: true });
  await expectOutcome(copy, "audit verify", "../golden", outcome);
});

test("the genesis hash of the paper anchors it, and this machine remembers", async () => {
  await using copy = await made.copy();
  const { genesis } = await copy.verify();
  await rm(copy.state, { recursive: true });
  for (const flags of [["--genesis", genesis], []]) {
    const seen = await copy.place.run("audit", "verify", ...VAULT, ...flags);
    expect(seen.stdout).toMatch(/^VERIFIED\n/);
    expect(seen.status).toBe(0);
  }
});

test("a checkpoint that is no text is refused, not an internal error", async () => {
  await using copy = await made.copy();
  await copy.place.write("binary", Uint8Array.of(0xff, 0xfe, 0x00));
  const seen = await copy.place.run("audit", "verify", ...VAULT, "--checkpoint", "binary");
  expect(seen.stderr).toMatch(/^error: kept checkpoint: /m);
  expect(seen.status).toBe(14);
});

test("what was altered is named, on one line", async () => {
  await using copy = await made.copy();
  const database = await readFile(copy.database);
  database[database.indexOf("payments")] = 0x50;
  await copy.place.write("vault/vault.db", database);
  const seen = await copy.place.run("audit", "verify", ...VAULT);
  expect(seen.stderr).toMatch(/^error: .*\n( {2}try: .*\n)*$/m);
  expect(seen.status).toBe(14);
});
