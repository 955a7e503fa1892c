import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.place.write("taken", "");
});
afterAll(async () => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: [...VAULT, "--format", "chain", "--out", "a.chain"], status: 0 },
  { outcome: "json", args: [...VAULT, "--out", "a.chain", "--json"], status: 0 },
  { outcome: "json-output", args: [...VAULT, "--out", "-", "--json"], status: 2 },
  { outcome: "exists", args: [...VAULT, "--out", "taken"], status: 4 },
  { outcome: "no-out", args: VAULT, status: 2 },
  { outcome: "csv", args: [...VAULT, "--format", "csv", "--out", "a.csv"], status: 2 },
  { outcome: "no-vault", args: ["--vault", "nowhere", "--out", "a.chain"], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "audit export", "../golden", outcome));

test("a file, mode 0600, and standard output hold the same, which verifies without the vault", async () => {
  await using copy = await made.copy();
  const { place } = copy;
  const seen = await place.run("audit", "export", ...VAULT, "--out", "-");
  expect(seen.status).toBe(0);
  await place.run("audit", "export", ...VAULT, "--out", "a.chain");
  expect(await readFile(place.file("a.chain"), "utf8")).toBe(seen.stdout);
  expect((await stat(place.file("a.chain"))).mode & 0o777).toBe(0o600);
  const env = { XDG_STATE_HOME: place.file("another"), CONCLAVE_VAULT: place.file("nowhere") };
  const { genesis } = await copy.verify();
  for (const [flags, status] of [
    [["--in", "a.chain"], 17],
    [["--in", "a.chain", "--genesis", genesis], 0],
  ] as const) {
    expect((await place.runWith({ env }, "audit", "verify", ...flags)).status).toBe(status);
  }
  const piped = await place.runWith({ env, stdin: seen.stdout }, "audit", "verify", "--in", "-", "--genesis", genesis);
  expect(piped.stdout).toMatch(/^VERIFIED\n/);
});
