import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadAnchor } from "../../../src/lib/host/anchor.ts";
import { parseApprovalFile } from "../../../src/lib/quorum/approval-file.ts";
import { Desk } from "../../support/desk.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { type Correspondence, correspondence } from "../../support/sent-plans.ts";

let sent: Correspondence;
beforeAll(async () => {
  sent = await correspondence();
});
afterAll(async () => sent[Symbol.asyncDispose]());

const SHARE = ["--share", "shares/bob.share"];
const BOB = [...SHARE, "--passphrase-file", "bob=bob.passphrase"];
const OUT = ["--out", "answer", "--yes"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["good.plan", ...BOB, ...OUT], status: 0 },
  { outcome: "json", args: ["good.plan", ...BOB, ...OUT, "--json"], status: 0 },
  { outcome: "quiet", args: ["good.plan", ...BOB, ...OUT, "--quiet"], status: 0 },
  { outcome: "no-plan", args: [...BOB, ...OUT], status: 2 },
  { outcome: "no-share", args: ["good.plan", ...OUT], status: 2 },
  { outcome: "no-out", args: ["good.plan", ...BOB, "--yes"], status: 2 },
  { outcome: "no-passphrase", args: ["good.plan", ...SHARE, ...OUT], status: 2 },
  { outcome: "no-confirmation", args: ["good.plan", ...BOB, "--out", "answer"], status: 2 },
  { outcome: "not-found", args: ["none.plan", ...BOB, ...OUT], status: 3 },
  { outcome: "no-share-file", args: ["good.plan", "--share", "bob.share", ...OUT], status: 3 },
  { outcome: "out-exists", args: ["good.plan", ...BOB, "--out", "bob.good", "--yes"], status: 4 },
  {
    outcome: "wrong-passphrase",
    args: ["good.plan", ...SHARE, "--passphrase-file", "bob=wrong.passphrase", ...OUT],
    status: 11,
  },
  {
    outcome: "anothers-share",
    args: ["good.plan", "--share", "bob=shares/alice.share", "--passphrase-file", "bob=alice.passphrase", ...OUT],
    status: 11,
  },
  { outcome: "altered", args: ["altered.plan", ...BOB, ...OUT], status: 12 },
  { outcome: "letter", args: ["letter", ...BOB, ...OUT], status: 12 },
  { outcome: "expired", args: ["late.plan", ...BOB, ...OUT], status: 12 },
  { outcome: "unknown-host", args: ["forged.plan", ...BOB, ...OUT], status: 12 },
  { outcome: "unknown-host-json", args: ["forged.plan", ...BOB, ...OUT, "--json"], status: 12 },
  { outcome: "wrong-words", args: ["forged.plan", ...BOB, ...OUT, "--words", "yes of course"], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(sent.made, "plan approve", "../golden", { ...outcome, desk: "of-bob" }, expect),
);

test("the approval file is private, and the machine remembers the host from then on", async () => {
  await using copy = await sent.made.copy();
  const desk = new Desk(copy, "bob", "of-bob");
  const run = () =>
    copy.place.runWith({ env: { XDG_STATE_HOME: desk.home } }, "plan", "approve", "good.plan", ...BOB, ...OUT);
  expect((await run()).status).toBe(0);
  const { statement } = parseApprovalFile(readFileSync(copy.place.file("answer")), "answer").approval;
  expect(statement).toMatchObject({ custodian: "bob", at: "desk", seen: null });
  expect(loadAnchor(desk.state, statement.vault)).toMatchObject({ role: "desk", epoch: statement.epoch });
});

test("on the vault's host it says that the key was open there", async () => {
  await using copy = await sent.made.copy();
  expect((await copy.place.run("plan", "approve", "good.plan", ...BOB, ...OUT)).status).toBe(0);
  const { statement } = parseApprovalFile(readFileSync(copy.place.file("answer")), "answer").approval;
  expect(statement.at).toBe("host");
});

test("the right words are accepted as they are heard, in capitals and with spaces", async () => {
  await using copy = await sent.made.copy();
  const words = sent.forgedWords.toUpperCase().replaceAll(" ", "  ");
  const env = { XDG_STATE_HOME: new Desk(copy, "bob", "of-bob").home };
  const seen = await copy.place.runWith({ env }, "plan", "approve", "forged.plan", ...BOB, ...OUT, "--words", words);
  expect(seen.status, seen.toString()).toBe(0);
});
