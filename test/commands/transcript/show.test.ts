import { afterAll, beforeAll, expect, test } from "vitest";
import { contentOf, signedByHost } from "../../support/transcripts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const note = await signedByHost(made, await contentOf(made, 6));
  await made.place.write("keys.transcript", note);
  await made.place.write("altered.transcript", note.replace("Outcome: unproven", "Outcome: proven"));
  await made.place.write("large.transcript", new Uint8Array(5 * 1024 * 1024));
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["keys.transcript"], status: 0 },
  { outcome: "json", args: ["keys.transcript", "--json"], status: 0 },
  { outcome: "altered", args: ["altered.transcript"], status: 14 },
  { outcome: "large", args: ["large.transcript"], status: 14 },
  { outcome: "other", args: ["alice.passphrase"], status: 14 },
  { outcome: "not-found", args: ["nowhere"], status: 3 },
])("$outcome: $status", async ({ outcome, args, status }) => {
  const seen = await made.place.run("transcript", "show", ...args);
  await expect(seen).toMatchFileSnapshot(`../golden/transcript-show-${outcome}.txt`);
  expect(seen.status).toBe(status);
});
