import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY } from "../../../src/lib/clock.ts";
import { listCustodians } from "../../../src/lib/quorum/custodians.ts";
import { vaultStatus } from "../../../src/lib/quorum/status.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import { editDatabase } from "../../support/raw-database.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault({ threshold: 2, custodians: ["dave", "alice", "carol"] });
  await made.createKey("payments", ["dave", "alice"]);
});
afterAll(async () => made[Symbol.asyncDispose]());

test("a new vault", async () => {
  await using vault = await made.open();
  const { id, epoch, genesis } = vault.identity;
  expect(await vaultStatus(vault)).toEqual({
    vault: id,
    name: "vault",
    path: made.path,
    epoch,
    genesis,
    rehearsal: true,
    anchored: true,
    quorums: [
      {
        name: "root",
        generation: 1,
        state: "active",
        threshold: 2,
        custodians: 3,
        proved: 3,
        unproved: [],
        margin: 1,
      },
    ],
    leftOverShares: [],
    openPlans: 0,
    head: { size: 7, root: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test.for([
  { days: 89, unproved: [], margin: 1 },
  { days: 91, unproved: ["alice", "carol", "dave"], margin: -2 },
])("after $days days the margin is $margin", async ({ days, unproved, margin }) => {
  const clock = () => new Date(Date.now() + days * DAY);
  await using vault = await openVault(made.path, { ...made.surroundings, clock });
  expect((await vaultStatus(vault)).quorums).toMatchObject([{ proved: 3 - unproved.length, unproved, margin }]);
});

test("a checkpoint that this host did not sign is told, not shown", async () => {
  await using copy = await made.copy();
  editDatabase(copy.database, (database) => database.exec("UPDATE checkpoint SET note = replace(note, '7', '8')"));
  await using vault = await copy.open();
  await expect(vaultStatus(vault)).rejects.toMatchObject({
    code: "INTEGRITY",
    message: "checkpoint: missing, altered, or not signed by this vault's host key",
  });
});

test("custodians stand in the order of the manifest", async () => {
  await using vault = await made.open();
  const custodians = await listCustodians(vault.reader);
  expect(custodians.map(({ name }) => name)).toEqual(["dave", "alice", "carol"]);
  for (const { lastProof, since } of custodians) expect(String(lastProof) >= since).toBe(true);
});
