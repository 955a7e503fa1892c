import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { type Correspondence, correspondence } from "../../support/sent-plans.ts";

let sent: Correspondence;
beforeAll(async () => {
  sent = await correspondence();
});
afterAll(async () => sent[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const from = (plan: string, ...names: string[]) => [
  ...[`${plan}.plan`, ...VAULT],
  ...names.flatMap((name) => ["--approval", `${name}.${plan}`]),
];
const CAROL = ["--share", "shares/carol.share", "--passphrase-file", "carol=carol.passphrase"];
const SESSION = ["--session-passphrase-file", "session.passphrase"];

test.concurrent.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: from("good", "alice", "bob"), status: 0 },
  { outcome: "json", args: [...from("good", "alice", "bob"), "--json"], status: 0 },
  { outcome: "quiet", args: [...from("good", "carol", "bob"), "--quiet"], status: 0 },
  { outcome: "more-than-enough", args: from("good", "carol", "bob", "alice"), status: 0 },
  { outcome: "with-a-share", args: [...from("good", "alice"), ...CAROL, "--yes"], status: 0 },
  { outcome: "sealed-session", args: [...from("sealed", "alice", "bob"), ...SESSION], status: 0 },
  { outcome: "no-plan", args: VAULT, status: 2 },
  { outcome: "no-session-passphrase", args: from("sealed", "alice", "bob"), status: 2 },
  { outcome: "not-found", args: ["none.plan", ...VAULT], status: 3 },
  { outcome: "no-approval-file", args: from("good", "dave"), status: 3 },
  { outcome: "no-vault", args: ["good.plan", "--vault", "elsewhere"], status: 3 },
  { outcome: "taken", args: from("taken", "alice", "bob"), status: 4 },
  { outcome: "none", args: from("good"), status: 10 },
  { outcome: "too-few", args: from("good", "bob"), status: 10 },
  { outcome: "too-few-json", args: [...from("good", "bob"), "--json"], status: 10 },
  { outcome: "too-few-with-a-share", args: [...from("good"), ...CAROL, "--yes"], status: 11 },
  {
    outcome: "wrong-session-passphrase",
    args: [...from("sealed", "alice", "bob"), "--session-passphrase-file", "wrong.passphrase"],
    status: 11,
  },
  { outcome: "one-twice", args: from("good", "bob", "bob"), status: 12 },
  {
    outcome: "one-twice-by-a-share",
    args: [...from("good", "carol"), ...CAROL, "--yes"],
    status: 11,
  },
  { outcome: "anothers-approval", args: [...from("good", "bob"), "--approval", "bob.other"], status: 12 },
  { outcome: "letter-for-approval", args: [...from("good", "bob"), "--approval", "letter"], status: 12 },
  { outcome: "plan-for-approval", args: [...from("good", "bob"), "--approval", "good.plan"], status: 12 },
  { outcome: "folder-for-approval", args: [...from("good", "bob"), "--approval", "shares"], status: 12 },
  { outcome: "again", args: from("done", "alice", "bob"), status: 12 },
  { outcome: "again-json", args: [...from("done", "alice", "bob"), "--json"], status: 12 },
  { outcome: "cancelled", args: from("gone", "alice", "bob"), status: 12 },
  { outcome: "expired", args: from("late"), status: 12 },
  { outcome: "no-session", args: from("lost", "alice", "bob"), status: 12 },
  { outcome: "forged", args: from("forged"), status: 12 },
  { outcome: "altered", args: from("altered"), status: 12 },
  { outcome: "letter", args: ["letter", ...VAULT], status: 12 },
])("$outcome: $status", async (outcome, { expect }) =>
  expectOutcome(sent.made, "plan execute", "../golden", outcome, expect),
);

test("in the room, who is still needed is asked; who stops there leaves the plan waiting", async () => {
  await using copy = await sent.made.copy();
  await using terminal = copy.place.terminal("plan", "execute", ...from("good", "alice"));
  await terminal.waitFor("Who comes next, to approve key.create default/payments?");
  await terminal.waitFor("nobody: stop here");
  terminal.type("\u001b[A"); // up, to the last choice
  terminal.enter();
  await terminal.waitFor("error: quorum root: 1 of 2 approvals (alice)");
  expect(await terminal.exit).toBe(10);
});
