import { closeSync, openSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import { type Canary, canariesOf, leaksIn, leaksInFiles } from "../support/canaries.ts";
import { DESK_COMMANDS } from "../support/desk-commands.ts";
import { MAIN_COMMANDS } from "../support/mutating-commands.ts";
import { haveProc } from "../support/proc.ts";
import { outputs, PASSPHRASE_FILES, secretsLeftBy } from "../support/secret-walk.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { workspace } from "../support/workspace.ts";

/** Those of a custodian's own desk are looked at in desk-secrets.test.ts. */
const HOST_COMMANDS = MAIN_COMMANDS.filter((command) => !DESK_COMMANDS.includes(command));

test.skipIf(!haveProc).for(HOST_COMMANDS)(
  "H5: $name leaves no secret in output, files, command line or environment, nor a file elsewhere (needs /proc)",
  async (command) => {
    expect(await secretsLeftBy(command)).toEqual([]);
  },
);

let made: MadeVault;
let canaries: Canary[];
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("signing", ["bob", "carol"], "ed25519");
  await made.place.write("wrong.passphrase", "battery staple of nobody\n");
  canaries = await canariesOf(made);
});
afterAll(async () => made[Symbol.asyncDispose]());

const V = ["--vault", "vault"];
const CREATE = ["key", "create", "more", "--algorithm", "aes-256", ...V];

/** All other commands, and ends of all kinds; `AT-HAND`, `ALICE` and `WRONG` stand for flags with shares and passphrases. */
const COMMANDS: readonly (readonly [status: number, ...args: string[]])[] = [
  [0, "status", ...V],
  [0, "key", "list", ...V],
  [0, "key", "show", "payments", ...V],
  [0, "key", "history", "signing", ...V],
  [0, "keyring", "list", ...V],
  [0, "keyring", "show", "default", ...V],
  [0, "custodian", "list", ...V],
  [0, "audit", "list", ...V],
  [0, "audit", "show", "6", ...V],
  [0, "audit", "checkpoint", ...V],
  [0, "audit", "verify", ...V],
  [0, "share", "inspect", "shares/alice.share"],
  [0, "share", "verify", "shares/alice.share", "ALICE", ...V],
  [11, "share", "verify", "shares/alice.share", "WRONG", ...V],
  [11, "share", "verify", "bob=shares/alice.share", "BOB-AS-ALICE", ...V],
  [0, ...CREATE, "AT-HAND", "--dry-run"],
  [2, ...CREATE, "--share", "shares/alice.share", "ALICE"],
  [11, ...CREATE, "--share", "shares/alice.share", "ALICE", "--yes"],
  [11, ...CREATE, "--share", "shares/alice.share", "--share", "alice=shares/alice.share", "ALICE", "--yes"],
  [11, ...CREATE, "--share", "shares/alice.share", "WRONG", "--yes"],
  [4, "key", "create", "payments", "--algorithm", "aes-256", ...V, "AT-HAND"],
  [3, "key", "show", "nothing", ...V],
  [3, "key", "create", "nowhere/x", "--algorithm", "aes-256", ...V, "AT-HAND"],
  [4, "init", ...V, "--threshold", "2", "--custodian", "alice", "--custodian", "bob", "--shares-dir", "other", "ALICE"],
];

test.for(COMMANDS)("H5: no secret in the output of %s: %s %s %s, nor in what it leaves", async ([status, ...args]) => {
  const words = args.flatMap(flagsFor);
  const both = [words, [...words, "--json"]].map((line) => made.place.runWith({ env: { DEBUG: "*" } }, ...line));
  for (const seen of await Promise.all(both)) {
    expect(seen).toMatchObject({ status });
    expect(leaksIn(outputs(seen), canaries)).toEqual([]);
  }
  expect(leaksInFiles(made.place.path, canaries, PASSPHRASE_FILES)).toEqual([]);
});

function flagsFor(word: string): string[] {
  switch (word) {
    case "AT-HAND":
      return made.flags("alice", "bob");
    case "ALICE":
      return made.passphraseFlags("alice");
    case "BOB-AS-ALICE":
      return ["--passphrase-file", `bob=${made.place.file("alice.passphrase")}`];
    case "WRONG":
      return ["--passphrase-file", "alice=wrong.passphrase"];
    default:
      return [word];
  }
}

test.for([["--passphrase"], ["--passphrase-file"], ["--password"], ["--recovery"], ["-p"]])(
  "H5: a passphrase given as %s is refused and not repeated",
  async ([flag = ""]) => {
    for (const words of [[flag, "correct horse battery"], [`${flag}=correct horse battery`]]) {
      const seen = await made.place.run("share", "verify", "shares/alice.share", ...words, ...V);
      expect(seen.status).toBe(2);
      expect(Buffer.from(outputs(seen)).toString()).not.toContain("horse");
    }
  },
);

test("H5: init takes passphrases from descriptors, which can be read once only", async () => {
  await using place = await workspace();
  const files = [];
  for (const name of ["alice", "bob"]) files.push(openSync(await place.write(name, `${made.passphrase(name)}\n`), "r"));
  const seen = await place.runWith(
    { descriptors: files },
    ..."init --rehearsal --vault vault --threshold 2 --custodian alice --custodian bob --shares-dir shares".split(" "),
    ..."--passphrase-file alice=/dev/fd/3 --passphrase-file bob=/dev/fd/4".split(" "),
  );
  for (const file of files) closeSync(file);
  expect(seen).toMatchObject({ status: 0 });
});

test("H5: a passphrase in the environment is not taken", async () => {
  const passphrase = made.passphrase("alice");
  const names = ["PASSPHRASE", "CONCLAVE_PASSPHRASE", "CONCLAVE_PASSPHRASE_FILE", "AGE_PASSPHRASE", "ALICE_PASSPHRASE"];
  const env = Object.fromEntries(names.map((name) => [name, passphrase]));
  const seen = await made.place.runWith(
    { env, stdin: `${passphrase}\n` },
    "share",
    "verify",
    "shares/alice.share",
    ...V,
  );
  expect(seen.stderr).toContain("error: no passphrase for alice");
  expect(seen.status).toBe(2);
  expect(leaksIn(outputs(seen), canaries)).toEqual([]);
});

test("H5: a passphrase that is typed is never on the screen, whatever happens then", async () => {
  await using term = made.place.terminal(...CREATE, "--share", "shares/alice.share");
  await term.waitFor("alice's passphrase");
  term.type(made.passphrase("alice"));
  term.ctrl("t");
  term.enter();
  await term.waitFor("waiting for one of bob, carol");
  term.ctrl("c");
  expect(await term.exit).toBe(16);
  expect(leaksIn(utf8(term.raw()), canaries)).toEqual([]);
  expect(leaksIn(utf8(term.screen()), canaries)).toEqual([]);
  expect(leaksInFiles(made.place.path, canaries, PASSPHRASE_FILES)).toEqual([]);
});
