import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.place.write("letter", "Dear Alice,\n");
  await made.place.write("large", new Uint8Array(64 * 1024 + 1));
  const share = await readFile(made.share("alice"), "utf8");
  await made.place.write("cut.share", share.slice(0, 400));
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["shares/alice.share"], status: 0 },
  { outcome: "json", args: ["shares/alice.share", "--json"], status: 0 },
  { outcome: "letter", args: ["letter"], status: 11 },
  { outcome: "cut", args: ["cut.share"], status: 11 },
  { outcome: "large", args: ["large"], status: 11 },
  { outcome: "folder", args: ["shares"], status: 11 },
  { outcome: "not-found", args: ["bob.share"], status: 3 },
])("$outcome: $status", async (outcome) => expectOutcome(made, "share inspect", "../golden", outcome));
