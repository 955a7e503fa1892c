import { afterAll, beforeAll, test } from "vitest";
import { DAY } from "../../../src/lib/clock.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
/** Founded half a year ago; since then alice alone has had a drill. */
let quiet: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  quiet = await foundVault({ surroundings: { clock: () => new Date(Date.now() - 180 * DAY) } });
  const share = [quiet.share("alice"), ...quiet.passphraseFlags("alice")];
  await quiet.place.run("custodian", "drill", ...share, "--vault", "vault");
});
afterAll(async () => {
  for (const vault of [made, quiet]) await vault[Symbol.asyncDispose]();
});

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["--vault", "vault"], status: 0 },
  { outcome: "json", args: ["--vault", "vault", "--json"], status: 0 },
  { outcome: "max-age", args: ["--vault", "vault", "--max-age", "90d"], status: 0 },
  { outcome: "bad-max-age", args: ["--vault", "vault", "--max-age", "quarter"], status: 2 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "custodian list", "../golden", outcome, expect),
);

test.concurrent.for([
  { outcome: "too-old", args: ["--vault", "vault", "--max-age", "90d"], status: 17 },
  { outcome: "too-old-json", args: ["--vault", "vault", "--max-age", "90d", "--json"], status: 17 },
  { outcome: "old-enough", args: ["--vault", "vault", "--max-age", "200d"], status: 0 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(quiet, "custodian list", "../golden", outcome, expect),
);
