import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listEntries, readEntry } from "../../src/lib/audit/list.ts";
import { isConclaveError } from "../../src/lib/errors.ts";
import { describeKey } from "../../src/lib/key/describe.ts";
import { keyHistory } from "../../src/lib/key/history.ts";
import { describeKeyring, listKeyrings } from "../../src/lib/key/keyring.ts";
import { listKeys } from "../../src/lib/key/list.ts";
import { listCustodians } from "../../src/lib/quorum/custodians.ts";
import { recogniseShare } from "../../src/lib/quorum/recognise.ts";
import { vaultStatus } from "../../src/lib/quorum/status.ts";
import { PRIMARY_KEYS, type TableName } from "../../src/lib/storage/tables.ts";
import type { Vault } from "../../src/lib/vault/vault.ts";
import { type AnyRow, otherValues, rowOf, set } from "../support/cells.ts";
import { create, rotate } from "../support/key-acts.ts";
import { contentsOf, editDatabase } from "../support/raw-database.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

const NOW = new Date().toISOString();

let made: MadeVault;
let sound: Uint8Array;
let tables: Record<TableName, AnyRow[]>;

beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("payments", { tag: ["owner=cards"], cryptoperiod: "90d" }));
  await made.perform(rotate("payments"));
  sound = readFileSync(made.database);
  tables = contentsOf(made.database) as Record<TableName, AnyRow[]>;
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

/** All that is told of a vault without verifying it. */
const TOLD: Record<string, (vault: Vault) => Promise<unknown>> = {
  status: vaultStatus,
  "key list": ({ reader }) => listKeys(reader, { limit: 100 }, NOW),
  "key list --keyring": ({ reader }) => listKeys(reader, { limit: 100, keyring: "default" }, NOW),
  "key list --state": ({ reader }) => listKeys(reader, { limit: 100, state: "active" }, NOW),
  "key list --tag": ({ reader }) => listKeys(reader, { limit: 100, tag: { name: "owner", value: "cards" } }, NOW),
  "key list --due": ({ reader }) => listKeys(reader, { limit: 100, due: true }, NOW),
  "key show": ({ reader }) => describeKey(reader, "payments", NOW),
  "key history": ({ reader }) => keyHistory(reader, "payments"),
  "keyring list": ({ reader }) => listKeyrings(reader),
  "keyring show": ({ reader }) => describeKeyring(reader, "default"),
  "custodian list": ({ reader }) => listCustodians(reader),
  "audit list": ({ reader }) => listEntries(reader, { after: 0, limit: 100 }),
  "audit show": ({ reader }) => readEntry(reader, 6),
  "share verify": async ({ reader, identity }) => {
    using document = await made.document("alice");
    return await recogniseShare(reader, identity, document, "alice.share", "alice");
  },
};

test.for(Object.keys(PRIMARY_KEYS) as TableName[])(
  "T2, T8: what doesn't verify tells what stands in %s or that it is damaged, and never ends as our own mistake",
  async (table) => {
    for (const row of tables[table]) {
      for (const [column, value] of Object.entries(row)) {
        for (const other of otherValues(tables[table], column, value)) {
          writeFileSync(made.database, sound);
          if (!editDatabase(made.database, (database) => set(database, table, row, column, other))) continue;
          await tellAll(`${table} ${rowOf(table, row)}, ${column} = ${String(other).slice(0, 60)}`);
        }
      }
    }
  },
);

test("T2: an approved plan whose entry has lost its approvals", async () => {
  writeFileSync(made.database, sound);
  editDatabase(made.database, (database) =>
    database.exec(`UPDATE entries SET text = replace(text, '"approvals"', '"approvalz"') WHERE sequence = 6`),
  );
  await using vault = await made.open();
  await expect(keyHistory(vault.reader, "payments")).rejects.toMatchObject({
    code: "INTEGRITY",
    message: expect.stringContaining("entry 6 (plan.execute): data.approvals: "),
  });
});

async function tellAll(what: string): Promise<void> {
  let vault: Vault;
  try {
    vault = await made.open();
  } catch (error) {
    if (!isConclaveError(error, "INTEGRITY")) throw new Error(`opening: ${what}`, { cause: error });
    return;
  }
  await using opened = vault;
  for (const [command, tell] of Object.entries(TOLD)) {
    try {
      await tell(opened);
    } catch (error) {
      if (!isConclaveError(error)) throw new Error(`${command}: ${what}`, { cause: error });
    }
  }
}
