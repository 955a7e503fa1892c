import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, test } from "vitest";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import { enrolmentDigest, parseSignedEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { FourHomes } from "../../support/four-homes.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { MadeVault } from "../../support/vault.ts";

/** Alice's old laptop: share, identity, and the enrolment that her new one made. */
let homes: FourHomes;
let laptop: MadeVault;
const flags = ["--share", "alice.share", "--identity", "alice.identity", "--passphrase-file", "alice=pass"];
let words = "";

beforeAll(async () => {
  homes = await FourHomes.found();
  const { alice } = homes.desks;
  for (const name of ["alice", "mallory"]) {
    const out = ["--identity-out", `${name}-2.identity`, "--out", `${name}-2.enrolment`, "--rehearsal"];
    await homes.run(0, alice, "custodian", "enroll", name, ...out, "--passphrase-file", `${name}=pass`);
  }
  await alice.write("letter", "not an enrolment\n");
  const { enrolment } = parseSignedEnrolment(Uint8Array.from(await readFile(alice.file("alice-2.enrolment"))));
  words = digestWords(enrolmentDigest(enrolment));
  laptop = new MadeVault(alice, ["alice"]);
});
afterAll(() => homes[Symbol.asyncDispose]());

const OUT = ["--out", "alice.handover", "--yes"];

test.for([
  { outcome: "help", args: () => ["--help"], status: 0 },
  { outcome: "success", args: () => ["alice-2.enrolment", ...flags, ...OUT, "--fingerprint", words], status: 0 },
  { outcome: "json", args: () => ["alice-2.enrolment", ...flags, ...OUT, "--fingerprint", words, "--json"], status: 0 },
  { outcome: "other-words", args: () => ["alice-2.enrolment", ...flags, ...OUT, "--fingerprint", "a b c"], status: 2 },
  { outcome: "nobody-compares", args: () => ["alice-2.enrolment", ...flags, ...OUT], status: 2 },
  { outcome: "same-key", args: () => ["alice.enrolment", ...flags, ...OUT, "--fingerprint", "a"], status: 2 },
  { outcome: "letter", args: () => ["letter", ...flags, ...OUT], status: 2 },
  { outcome: "not-found", args: () => ["none", ...flags, ...OUT], status: 3 },
  {
    outcome: "out-exists",
    args: () => ["alice-2.enrolment", ...flags, "--out", "letter", "--yes", "--fingerprint", words],
    status: 4,
  },
  {
    outcome: "no-identity",
    args: () => ["alice-2.enrolment", "--share", "alice.share", ...OUT, "--fingerprint", words],
    status: 2,
  },
])("$outcome: $status", async ({ args, ...outcome }) =>
  expectOutcome(laptop, "custodian release", "../golden", { ...outcome, args: args() }),
);
