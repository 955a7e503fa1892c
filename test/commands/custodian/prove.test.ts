import { afterAll, beforeAll, test } from "vitest";
import { sendRequest } from "../../support/desk.ts";
import { ForgedHost } from "../../support/forged-host.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  const request = await sendRequest(made);
  await made.place.write("good.request", request);
  await made.place.write(
    "altered.request",
    Buffer.from(Buffer.from(request).toString().replace('"name":"vault"', '"name":"tresor"')),
  );
  const forged = (await ForgedHost.of(made)).request({ size: 900, root: "ab".repeat(32) });
  await made.place.write("forged.request", forged);
  await made.place.write("wrong.passphrase", "not it\n");
  await made.place.write("letter", "not a request\n");
});
afterAll(async () => made[Symbol.asyncDispose]());

const SHARE = ["--share", "shares/bob.share"];
const BOB = [...SHARE, "--passphrase-file", "bob=bob.passphrase"];
const OUT = ["--out", "bob.proof", "--yes"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.request", ...BOB, ...OUT], status: 0 },
  { outcome: "json", args: ["good.request", ...BOB, ...OUT, "--json"], status: 0 },
  { outcome: "quiet", args: ["good.request", ...BOB, ...OUT, "--quiet"], status: 0 },
  { outcome: "no-request", args: [...BOB, ...OUT], status: 2 },
  { outcome: "no-confirmation", args: ["good.request", ...BOB, "--out", "bob.proof"], status: 2 },
  { outcome: "no-passphrase", args: ["good.request", ...SHARE, ...OUT], status: 2 },
  { outcome: "not-found", args: ["none.request", ...BOB, ...OUT], status: 3 },
  { outcome: "out-exists", args: ["good.request", ...BOB, "--out", "letter", "--yes"], status: 4 },
  {
    outcome: "wrong-passphrase",
    args: ["good.request", ...SHARE, "--passphrase-file", "bob=wrong.passphrase", ...OUT],
    status: 11,
  },
  { outcome: "altered", args: ["altered.request", ...BOB, ...OUT], status: 12 },
  { outcome: "letter", args: ["letter", ...BOB, ...OUT], status: 12 },
  { outcome: "unknown-host", args: ["forged.request", ...BOB, ...OUT], status: 12 },
  { outcome: "wrong-words", args: ["forged.request", ...BOB, ...OUT, "--words", "yes"], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(made, "custodian prove", "../golden", { ...outcome, desk: "of-bob" }, expect),
);
