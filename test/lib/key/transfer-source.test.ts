import { describe, expect, test } from "vitest";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { keyImport } from "../../../src/lib/key/import.ts";
import { checkTransfer, type TransferSource } from "../../../src/lib/key/transfer-source.ts";
import { bindAction } from "../../../src/lib/quorum/action.ts";
import { CREATED, id } from "../../support/keyrings.ts";
import { changedAt, leavesOf } from "../../support/leaves.ts";
import { refusalOf } from "../../support/refusal.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

const SOURCE: TransferSource = {
  from: "transfer",
  file: { name: "payments.transfer", sha256: "a".repeat(64), size: 1693 },
  wrappingKey: { id: id(102), name: "inbound", keyring: { id: id(3), name: "incoming" } },
  vault: { id: id(7), name: "partner", hostKey: "1".repeat(64), rehearsal: false },
  key: { id: id(100), name: "payments", keyring: { id: id(2), name: "default" } },
  version: 2,
  usages: ["encrypt", "decrypt"],
  words: "checked",
  checkValue: "0123456789",
  fingerprint: null,
};
const PARAMETERS = {
  keyring: { id: id(1), name: "cards" },
  name: "moved",
  algorithm: "aes-256",
  usages: ["decrypt"],
  exportable: false,
  tags: {},
  cryptoperiodSeconds: null,
  state: "active",
  activateAt: null,
  deactivateAt: null,
};
const OTHERS: Record<string, unknown> = {
  "file.name": "other.transfer",
  "file.sha256": "b".repeat(64),
  "file.size": 1,
  "wrappingKey.id": id(103),
  "wrappingKey.name": "other",
  "wrappingKey.keyring.id": id(4),
  "wrappingKey.keyring.name": "other",
  "vault.id": id(8),
  "vault.name": "other",
  "vault.hostKey": "2".repeat(64),
  "vault.rehearsal": true,
  "key.id": id(101),
  "key.name": "pension",
  "key.keyring.id": id(1),
  "key.keyring.name": "cards",
  version: 3,
  "usages.0": "wrap",
  "usages.1": "unwrap",
  words: "unchecked",
  checkValue: "1123456789",
  fingerprint: "c".repeat(64),
};

const rendered = (source: unknown) => {
  const parameters = { ...PARAMETERS, source };
  return JSON.stringify(
    bindAction(ACTIONS, { action: keyImport.name, parameters }, (problem) => new Error(problem)).render(),
  );
};

describe("every member is shown to those who approve the import", () => {
  const places = leavesOf(SOURCE)
    .map((path) => ({ path, place: path.join(".") }))
    .filter(({ place }) => place !== "from");
  test.for(places)("$place", ({ path, place }) => {
    expect(OTHERS).toHaveProperty([place]);
    expect(rendered(changedAt(SOURCE, path, () => OTHERS[place]))).not.toBe(rendered(SOURCE));
  });
});

/** Tables of a vault that is for rehearsals, or isn't. */
async function vaultTables(rehearsal: 0 | 1) {
  return await scratchTables(async (writer) => {
    const identity = { id: id(1), name: "here", epoch: id(2), genesis: "0".repeat(64), hostKey: "1".repeat(64) };
    await writer.insert("vault", { ...identity, rehearsal, created: CREATED, clockAccepted: null });
  });
}

describe("a rehearsal's keys stay among rehearsals, and usages are narrowed", () => {
  test.for([
    { from: false, into: 0, usages: ["encrypt", "decrypt"], refused: undefined },
    { from: false, into: 1, usages: ["decrypt"], refused: undefined },
    { from: true, into: 1, usages: ["decrypt"], refused: undefined },
    { from: true, into: 0, usages: ["decrypt"], refused: /is a rehearsal's, whose keys are worth nothing$/ },
    { from: false, into: 0, usages: ["decrypt", "wrap"], refused: /usages can only be narrowed, not wrap$/ },
  ] as const)("from a rehearsal: $from, into one: $into, for $usages", async ({ from, into, usages, refused }) => {
    await using tables = await vaultTables(into);
    const source = { ...SOURCE, vault: { ...SOURCE.vault, rehearsal: from } };
    const found = await refusalOf(checkTransfer(source, usages, tables));
    if (refused === undefined) expect(found).toBe("accepted");
    else expect(found).toEqual({ code: "REFUSED", message: expect.stringMatching(refused) });
  });
});
