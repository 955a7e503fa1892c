import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer } from "../../support/room.ts";
import { contentOf, enrolledWitness, signedByHost, WITNESS_PASSPHRASE } from "../../support/transcripts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const walter = await enrolledWitness(made.place);
  await enrolledWitness(made.place, "wanda");
  const note = await signedByHost(made, await contentOf(made, 6, walter));
  await made.place.write("keys.transcript", note);
  await made.place.write("altered.transcript", note.replace("Title: Generate", "Title: Generale"));
});
afterAll(async () => made[Symbol.asyncDispose]());

const OUT = ["--out", "signed.transcript"];
const BY_WALTER = ["keys.transcript", "--identity", "walter.identity", "--passphrase-file", "walter=walter.passphrase"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: [...BY_WALTER, ...OUT, "--yes"], status: 0 },
  { outcome: "json", args: [...BY_WALTER, ...OUT, "--yes", "--json"], status: 0 },
  {
    outcome: "share",
    args: [
      "keys.transcript",
      "--share",
      "shares/alice.share",
      "--passphrase-file",
      "alice=alice.passphrase",
      ...OUT,
      "-qy",
    ],
    status: 0,
  },
  { outcome: "not-confirmed", args: [...BY_WALTER, ...OUT, "-q"], status: 2 },
  { outcome: "altered", args: ["altered.transcript", ...BY_WALTER.slice(1), ...OUT, "-qy"], status: 14 },
  { outcome: "exists", args: [...BY_WALTER, "--out", "keys.transcript", "-qy"], status: 4 },
  { outcome: "no-key", args: ["keys.transcript", ...OUT, "-qy"], status: 2 },
  {
    outcome: "two-keys",
    args: [...BY_WALTER, "--share", "shares/alice.share", ...OUT, "-qy"],
    status: 2,
  },
  {
    outcome: "nobody",
    args: [
      "keys.transcript",
      "--identity",
      "wanda.identity",
      "--passphrase-file",
      "wanda=wanda.passphrase",
      ...OUT,
      "-qy",
    ],
    status: 13,
  },
  {
    outcome: "absent",
    args: [
      "keys.transcript",
      "--share",
      "shares/carol.share",
      "--passphrase-file",
      "carol=carol.passphrase",
      ...OUT,
      "-qy",
    ],
    status: 13,
  },
  {
    outcome: "another-name",
    args: [
      "keys.transcript",
      "--identity",
      "alice=walter.identity",
      "--passphrase-file",
      "alice=walter.passphrase",
      ...OUT,
      "-qy",
    ],
    status: 11,
  },
  {
    outcome: "passphrase",
    args: [
      "keys.transcript",
      "--identity",
      "walter.identity",
      "--passphrase-file",
      "walter=alice.passphrase",
      ...OUT,
      "-qy",
    ],
    status: 11,
  },
])("$outcome: $status", async ({ outcome, args, status }) => {
  await using copy = await made.copy();
  const seen = await copy.place.run("transcript", "sign", ...args);
  await expect(seen).toMatchFileSnapshot(`../golden/transcript-sign-${outcome}.txt`);
  expect(seen.status).toBe(status);
  expect(existsSync(copy.place.file("signed.transcript"))).toBe(status === 0 && outcome !== "help");
});

test("a witness reads, types the passphrase unseen, and says yes", async () => {
  await using copy = await made.copy();
  await using terminal = copy.place.terminal("transcript", "sign", ...BY_WALTER.slice(0, 3), ...OUT);
  await answer(terminal, "walter's identity passphrase", WITNESS_PASSPHRASE);
  await answer(terminal, "witness walter: type yes to sign this transcript", "yes");
  expect(await terminal.exit).toBe(0);
  expect(terminal.screen()).toContain("Title: Generate the payments key");
  expect(terminal.screen()).not.toContain(WITNESS_PASSPHRASE);
  expect(readFileSync(copy.place.file("signed.transcript"), "utf8")).toMatch(/^— witness\/walter /m);
});

test("whoever says anything else has signed nothing", async () => {
  await using copy = await made.copy();
  await using terminal = copy.place.terminal("transcript", "sign", ...BY_WALTER, ...OUT);
  await answer(terminal, "type yes to sign", "no");
  expect(await terminal.exit).toBe(16);
  expect(existsSync(copy.place.file("signed.transcript"))).toBe(false);
});
