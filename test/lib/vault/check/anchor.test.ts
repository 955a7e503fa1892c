import { chmodSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { anchorCheck } from "../../../../src/lib/vault/check/anchor.ts";
import { smallVault } from "../../../support/small-vault.ts";
import { workspace } from "../../../support/workspace.ts";

const times = ["2026-11-24T05:00:00.000Z", "2026-11-24T05:00:01.000Z", "2026-11-24T05:00:02.000Z"];
const OTHER_ID = "33333333-3333-4333-8333-333333333333";

test.for([1, 2, 3])("a machine that remembers %i of 3 entries", async (size) => {
  await using place = await workspace();
  const { vault, state, remember } = await smallVault(place, { times });
  remember(size);
  expect(await anchorCheck.run({ vault, state, lockTimeoutMs: 0 })).toEqual([
    { level: "ok", found: `this machine remembers the vault up to entry ${size} of 3` },
  ]);
});

test("T6: none: a warning, with the command that makes one", async () => {
  await using place = await workspace();
  const { vault, state } = await smallVault(place, { times });
  expect(await anchorCheck.run({ vault, state, lockTimeoutMs: 0 })).toEqual([
    {
      level: "warning",
      found: "none: an older copy of the vault would not be noticed here",
      mend: `conclave audit verify --vault ${vault} --genesis HASH-FROM-PAPER`,
    },
  ]);
});

test.for([
  { what: "T6: an older copy", size: 4, others: {}, found: "the vault has 3 entries, this machine remembers 4" },
  {
    what: "T6: another history of the same length",
    size: 3,
    others: { root: "cd".repeat(32) },
    found: "the vault's history is another than this machine's",
  },
  { what: "S15: another genesis", size: 3, others: { genesis: "cd".repeat(32) }, found: /^the vault's genesis is / },
  { what: "I6: another epoch", size: 3, others: { epoch: OTHER_ID }, found: /^the vault's epoch is / },
  { what: "another host key", size: 3, others: { hostKey: "cd".repeat(32) }, found: /^the vault's hostKey is / },
])("$what: refused", async ({ size, others, found }) => {
  await using place = await workspace();
  const { vault, state, remember } = await smallVault(place, { times });
  remember(size, others);
  const observations = await anchorCheck.run({ vault, state, lockTimeoutMs: 0 });
  expect(observations).toMatchObject([
    { level: "refusal", found: typeof found === "string" ? found : expect.stringMatching(found) },
  ]);
});

test("T4: a checkpoint that this host did not sign: refused", async () => {
  await using place = await workspace();
  const { vault, state, remember } = await smallVault(place, { times });
  remember(3);
  const database = new Database(`${vault}/vault.db`);
  database.exec("UPDATE checkpoint SET note = replace(note, char(10) || '3' || char(10), char(10) || '4' || char(10))");
  database.close();
  expect(await anchorCheck.run({ vault, state, lockTimeoutMs: 0 })).toMatchObject([
    { level: "refusal", found: "the vault's checkpoint is missing, altered, or of another host key" },
  ]);
});

test("no vault: nothing to say; one that can't be opened: not checked", async () => {
  await using place = await workspace();
  const nothing = { vault: place.file("data/none"), state: place.file("state/conclave"), lockTimeoutMs: 0 };
  expect(await anchorCheck.run(nothing)).toEqual([]);

  const { vault, state } = await smallVault(place, { times });
  chmodSync(vault, 0o755);
  expect(await anchorCheck.run({ vault, state, lockTimeoutMs: 0 })).toEqual([
    { level: "warning", found: `not checked: ${vault} has mode 0755, wanted 0700` },
  ]);
});
