import { afterAll, beforeAll, test } from "vitest";
import { expectOutcome } from "../../support/outcome.ts";
import { AT_HAND_2, rekeyedVault } from "../../support/rekeyed.ts";
import type { MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await rekeyedVault();
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const fresh = (...names: string[]) => names.flatMap((name) => ["--new-passphrase-file", `${name}=${name}.passphrase`]);
const seats = (...names: string[]) => names.flatMap((name) => ["--custodian", name]);
const TO = ["--threshold", "2", "--shares-dir", "media"];
const BOTH = [...seats("erin", "frank"), ...TO, ...fresh("erin", "frank")];
const OUT = ["--plain-session", "--plan-out", "P"];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["loans", ...BOTH, ...AT_HAND_2, "--reason", "loans desk"], status: 0 },
  { outcome: "json", args: ["loans", ...BOTH, ...AT_HAND_2, "--json"], status: 0 },
  { outcome: "quiet", args: ["loans", ...BOTH, ...AT_HAND_2, "--quiet"], status: 0 },
  {
    outcome: "waiting",
    args: ["loans", ...seats("erin", "grace=grace.enrolment"), ...TO, ...fresh("erin"), ...AT_HAND_2],
    status: 10,
  },
  { outcome: "dry-run", args: ["loans", ...BOTH, ...VAULT, "--dry-run"], status: 0 },
  { outcome: "dry-run-refused-json", args: ["payments", ...BOTH, ...VAULT, "--dry-run", "--json"], status: 0 },
  { outcome: "plan-out", args: ["loans", ...BOTH, ...VAULT, ...OUT], status: 10 },
  { outcome: "plan-out-json", args: ["loans", ...BOTH, ...VAULT, ...OUT, "--json"], status: 10 },
  { outcome: "exists", args: ["payments", ...BOTH, ...AT_HAND_2], status: 4 },
  {
    outcome: "share-exists",
    args: ["loans", ...BOTH, ...AT_HAND_2, "--share-out", "erin=payments-1/erin.share"],
    status: 4,
  },
  { outcome: "no-enrolment", args: ["loans", ...seats("erin", "grace=none"), ...TO, ...AT_HAND_2], status: 3 },
  { outcome: "no-passphrase", args: ["loans", ...seats("erin", "frank"), ...TO, ...AT_HAND_2], status: 2 },
  {
    outcome: "threshold-1",
    args: ["loans", ...seats("erin", "frank"), "--threshold", "1", "--shares-dir", "media", ...AT_HAND_2],
    status: 2,
  },
  {
    outcome: "in-the-vault",
    args: ["loans", ...seats("erin", "frank"), "--threshold", "2", "--shares-dir", "vault/s", ...AT_HAND_2],
    status: 2,
  },
  { outcome: "bad-name", args: ["a/b", ...BOTH, ...AT_HAND_2], status: 2 },
  { outcome: "no-name", args: [...BOTH, ...AT_HAND_2], status: 2 },
])("create, $outcome: $status", async (outcome) => expectOutcome(made, "quorum create", "../golden", outcome));

const SAME = ["--shares-dir", "media"];
const WITHOUT_DAVE = [...seats("alice", "bob", "erin"), ...SAME, ...fresh("alice", "bob", "erin")];

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["root", ...WITHOUT_DAVE, ...AT_HAND_2, "--reason", "dave left"], status: 0 },
  { outcome: "json", args: ["root", ...WITHOUT_DAVE, ...AT_HAND_2, "--json"], status: 0 },
  { outcome: "waiting", args: ["root", ...SAME, ...fresh("alice", "bob"), ...AT_HAND_2], status: 10 },
  { outcome: "waiting-json", args: ["root", ...SAME, ...fresh("alice", "bob"), ...AT_HAND_2, "--json"], status: 10 },
  { outcome: "dry-run", args: ["root", "--threshold", "3", ...SAME, ...VAULT, "--dry-run"], status: 0 },
  { outcome: "plan-out", args: ["root", ...WITHOUT_DAVE, ...VAULT, ...OUT], status: 10 },
  { outcome: "pending", args: ["spare", ...SAME, ...fresh("erin", "frank"), ...AT_HAND_2], status: 13 },
  {
    outcome: "old-shares",
    args: [
      ...["root", ...WITHOUT_DAVE, ...VAULT, "--yes", "--share", "shares/alice.share"],
      ...["--passphrase-file", "alice=alice.passphrase"],
    ],
    status: 11,
  },
  {
    outcome: "key-not-there",
    args: [
      ...["root", ...SAME, ...seats("alice", "bob"), ...fresh("alice", "bob"), ...VAULT, "--yes"],
      ...["--share", "root-2/alice.share", "--passphrase-file", "alice=alice.passphrase"],
    ],
    status: 11,
  },
  {
    outcome: "share-exists",
    args: ["root", "--shares-dir", "root-2", ...fresh("alice", "bob"), ...AT_HAND_2],
    status: 4,
  },
  { outcome: "not-found", args: ["roof", ...SAME, ...AT_HAND_2], status: 3 },
  {
    outcome: "threshold-9",
    args: ["root", "--threshold", "9", ...SAME, ...fresh("alice", "bob"), ...AT_HAND_2],
    status: 2,
  },
  { outcome: "no-passphrase", args: ["root", ...SAME, ...AT_HAND_2], status: 2 },
  { outcome: "no-custodians", args: ["root", ...SAME, ...fresh("alice", "bob"), ...VAULT, "--yes"], status: 2 },
])("rekey, $outcome: $status", async (outcome) => expectOutcome(made, "quorum rekey", "../golden", outcome));

test.for([
  { command: "quorum cancel", outcome: "help", args: ["--help"], status: 0 },
  { command: "quorum cancel", outcome: "nothing-pending", args: ["root", ...VAULT], status: 13 },
  { command: "quorum cancel", outcome: "not-found", args: ["none", ...VAULT], status: 3 },
  { command: "quorum cancel", outcome: "no-name", args: [...VAULT], status: 2 },
  { command: "quorum list", outcome: "help", args: ["--help"], status: 0 },
  { command: "quorum list", outcome: "success", args: [...VAULT], status: 0 },
  { command: "quorum list", outcome: "json", args: [...VAULT, "--json"], status: 0 },
  { command: "quorum list", outcome: "no-vault", args: ["--vault", "none"], status: 3 },
  { command: "quorum show", outcome: "help", args: ["--help"], status: 0 },
  { command: "quorum show", outcome: "success", args: ["root", ...VAULT], status: 0 },
  { command: "quorum show", outcome: "json", args: ["root", ...VAULT, "--json"], status: 0 },
  { command: "quorum show", outcome: "pending", args: ["spare", ...VAULT], status: 0 },
  { command: "quorum show", outcome: "not-found", args: ["none", ...VAULT], status: 3 },
])("$command, $outcome: $status", async ({ command, ...outcome }) =>
  expectOutcome(made, command, "../golden", outcome),
);

/** Last, since it removes the share files, that the copies name too. */
test.for([
  { outcome: "json", args: ["spare", ...VAULT, "--json"], status: 0 },
  { outcome: "success", args: ["spare", ...VAULT, "--reason", "not needed"], status: 0 },
])("cancel, $outcome: $status", async (outcome) => {
  await expectOutcome(made, "quorum cancel", "../golden", outcome);
});

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["dave.handover", ...AT_HAND_2, "--reason", "new laptop"], status: 0 },
  { outcome: "json", args: ["dave.handover", ...AT_HAND_2, "--json"], status: 0 },
  { outcome: "dry-run", args: ["dave.handover", ...VAULT, "--dry-run"], status: 0 },
  { outcome: "plan-out", args: ["dave.handover", ...VAULT, ...OUT], status: 10 },
  { outcome: "letter", args: ["dave.passphrase", ...AT_HAND_2], status: 2 },
  { outcome: "not-found", args: ["none.handover", ...AT_HAND_2], status: 3 },
  { outcome: "no-file", args: [...AT_HAND_2], status: 2 },
])("handover, $outcome: $status", async (outcome) => expectOutcome(made, "custodian handover", "../golden", outcome));

test("handover twice: 13", async () => {
  await using copy = await made.copy();
  await copy.place.run("custodian", "handover", "dave.handover", ...AT_HAND_2);
  await expectOutcome(copy, "custodian handover", "../golden", {
    outcome: "twice",
    args: ["dave.handover", ...AT_HAND_2],
    status: 13,
  });
});
