import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { snapshotOf } from "../../support/folder.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { answer, present } from "../../support/room.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  const names = ["payments", "tokens", "held", "gone", "old-a", "old-b", "old-c"];
  await made.perform(together(create("waiting", { preActive: true }), ...names.map((name) => create(name))));
  await made.perform(together(rotate("tokens"), move("suspend", "held"), move("destroy", "gone")));
  await made.place.write("here-already", "somebody's\n");
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const AT_HAND = [
  ...["--share", "shares/alice.share", "--passphrase-file", "alice=alice.passphrase"],
  ...["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase", "--yes"],
];
const BOTH = [...VAULT, ...AT_HAND];
const WHY = ["--reason", "ticket 4711"];
const ELSEWHERE = [...VAULT, "--plain-session"];

test.for([
  { command: "activate", outcome: "help", args: ["--help"], status: 0 },
  { command: "activate", outcome: "success", args: ["waiting", ...BOTH], status: 0 },
  { command: "activate", outcome: "refused", args: ["payments", ...BOTH], status: 13 },

  { command: "suspend", outcome: "help", args: ["--help"], status: 0 },
  { command: "suspend", outcome: "success", args: ["tokens", ...BOTH, ...WHY], status: 0 },
  { command: "suspend", outcome: "several", args: ["tokens", "default/payments", ...BOTH, ...WHY], status: 0 },
  { command: "suspend", outcome: "json", args: ["tokens", ...BOTH, ...WHY, "--json"], status: 0 },
  { command: "suspend", outcome: "refused", args: ["held", ...BOTH, ...WHY], status: 13 },
  { command: "suspend", outcome: "refused-json", args: ["held", ...BOTH, ...WHY, "--json"], status: 13 },
  { command: "suspend", outcome: "one-refused", args: ["payments", "gone", ...BOTH, ...WHY], status: 13 },
  { command: "suspend", outcome: "dry-run", args: ["tokens", ...VAULT, ...WHY, "--dry-run"], status: 0 },
  { command: "suspend", outcome: "dry-run-refused", args: ["held", ...VAULT, ...WHY, "--dry-run"], status: 0 },
  { command: "suspend", outcome: "dry-run-json", args: ["held", ...VAULT, ...WHY, "--dry-run", "--json"], status: 0 },
  { command: "suspend", outcome: "plan-out", args: ["tokens", ...ELSEWHERE, ...WHY, "--plan-out", "P"], status: 10 },
  {
    command: "suspend",
    outcome: "plan-out-json",
    args: ["tokens", ...ELSEWHERE, ...WHY, "--plan-out", "P", "--json"],
    status: 10,
  },
  {
    command: "suspend",
    outcome: "plan-out-refused",
    args: ["held", ...ELSEWHERE, ...WHY, "--plan-out", "P"],
    status: 13,
  },
  {
    command: "suspend",
    outcome: "plan-out-exists",
    args: ["tokens", ...ELSEWHERE, ...WHY, "--plan-out", "here-already"],
    status: 4,
  },
  { command: "suspend", outcome: "no-reason", args: ["payments", ...BOTH], status: 2 },
  { command: "suspend", outcome: "one-version", args: ["tokens", ...BOTH, ...WHY, "--version", "1"], status: 2 },
  { command: "suspend", outcome: "no-name", args: [...BOTH, ...WHY], status: 2 },
  { command: "suspend", outcome: "bad-name", args: ["../payments", ...BOTH, ...WHY], status: 2 },
  { command: "suspend", outcome: "not-found", args: ["payment", ...BOTH, ...WHY], status: 3 },

  { command: "resume", outcome: "help", args: ["--help"], status: 0 },
  { command: "resume", outcome: "success", args: ["held", ...BOTH], status: 0 },
  { command: "resume", outcome: "refused", args: ["payments", ...BOTH], status: 13 },

  { command: "deactivate", outcome: "help", args: ["--help"], status: 0 },
  { command: "deactivate", outcome: "success", args: ["payments", ...BOTH], status: 0 },
  { command: "deactivate", outcome: "refused", args: ["tokens", ...BOTH, "--version", "1"], status: 13 },

  { command: "compromise", outcome: "help", args: ["--help"], status: 0 },
  { command: "compromise", outcome: "success", args: ["tokens", ...BOTH, ...WHY], status: 0 },
  { command: "compromise", outcome: "destroyed", args: ["gone", ...BOTH, ...WHY], status: 0 },
  { command: "compromise", outcome: "one-version", args: ["tokens", ...BOTH, ...WHY, "--version", "1"], status: 0 },
  { command: "compromise", outcome: "no-version", args: ["tokens", ...BOTH, ...WHY, "--version", "7"], status: 3 },
  { command: "compromise", outcome: "bad-version", args: ["tokens", ...BOTH, ...WHY, "--version", "0"], status: 2 },
  { command: "compromise", outcome: "no-reason", args: ["tokens", ...BOTH], status: 2 },

  { command: "destroy", outcome: "help", args: ["--help"], status: 0 },
  { command: "destroy", outcome: "success", args: ["payments", ...BOTH, ...WHY], status: 0 },
  { command: "destroy", outcome: "several", args: ["old-a", "old-b", "tokens", ...BOTH, ...WHY], status: 0 },
  { command: "destroy", outcome: "one-version", args: ["tokens", ...BOTH, ...WHY, "--version", "1"], status: 0 },
  { command: "destroy", outcome: "refused", args: ["gone", ...BOTH, ...WHY], status: 13 },
  { command: "destroy", outcome: "no-reason", args: ["payments", ...BOTH], status: 2 },
  { command: "destroy", outcome: "dry-run", args: ["payments", ...VAULT, ...WHY, "--dry-run"], status: 0 },
])("key $command, $outcome: $status", async ({ command, ...outcome }) =>
  expectOutcome(made, `key ${command}`, "../golden", outcome),
);

test("--dry-run writes nothing, neither in the vault nor in this machine's memory", async () => {
  await using copy = await made.copy();
  const before = await snapshotOf(copy.place.path);
  for (const name of ["payments", "held"]) {
    const seen = await copy.place.run("key", "suspend", name, ...VAULT, ...WHY, "--dry-run");
    expect(seen.status).toBe(0);
  }
  expect(await snapshotOf(copy.place.path)).toEqual(before);
});

describe("destroy on a terminal: the name must be typed, not yes", () => {
  const passphrase = (name: string) => made.passphrase(name);

  async function destroy(
    keys: readonly string[],
    typed: string,
    refused = false,
  ): Promise<{ status: number; screen: string; states: string }> {
    await using copy = await made.copy();
    await using terminal = copy.place.terminal("key", "destroy", ...keys, ...VAULT, ...WHY);
    for (const name of ["alice", "bob"]) await present(terminal, 0, copy.share(name), passphrase(name));
    await answer(terminal, "Type ", typed);
    if (refused) await answer(terminal, "neither ", "\u0015no");
    const status = await terminal.exit;
    const listed = await copy.place.run("key", "list", ...VAULT, "--state", "destroyed", "--json");
    const { keys: destroyed } = listed.json() as { keys: { name: string }[] };
    return {
      status,
      screen: terminal.screen(),
      states: destroyed
        .map(({ name }) => name)
        .sort()
        .join(" "),
    };
  }

  test.for([
    { what: "one", keys: ["payments"], asked: /Type payments to execute/, typed: "payments", states: "gone payments" },
    {
      what: "one of another keyring's name",
      keys: ["default/payments"],
      asked: /Type payments to execute/,
      typed: "payments",
      states: "gone payments",
    },
    {
      what: "two",
      keys: ["old-a", "old-b"],
      asked: /Type old-a old-b to execute/,
      typed: "old-a old-b",
      states: "gone old-a old-b",
    },
    {
      what: "more than three",
      keys: ["old-a", "old-b", "old-c", "payments"],
      asked: /Type all 4 to execute/,
      typed: "all 4",
      states: "gone old-a old-b old-c payments",
    },
  ])("$what", { timeout: 60_000 }, async ({ keys, asked, typed, states }) => {
    const seen = await destroy(keys, typed);
    expect(seen).toMatchObject({ status: 0, states });
    expect(seen.screen).toMatch(asked);
  });

  test.for([
    { what: "yes", keys: ["payments"], typed: "yes" },
    { what: "another key's name", keys: ["payments"], typed: "tokens" },
    { what: "one name of two", keys: ["old-a", "old-b"], typed: "old-a" },
    { what: "nothing", keys: ["payments"], typed: "" },
  ])(
    "$what is asked again; no is an abort (16), and nothing is destroyed",
    { timeout: 60_000 },
    async ({ keys, typed }) => {
      expect(await destroy(keys, typed, true)).toMatchObject({ status: 16, states: "gone" });
    },
  );
});
