import { describe, expect, test } from "vitest";
import { compareTables } from "../../../src/lib/audit/compare.ts";
import { hex } from "../../../src/lib/bytes.ts";
import { sha256 } from "../../../src/lib/crypto/digest.ts";
import { ReplayTables } from "../../../src/lib/storage/replay-tables.ts";
import type { Reader, Storage, Writer } from "../../../src/lib/storage/storage.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

const BLOBS = ["KEK", "payments", "signing"].map((text) => {
  const bytes = Uint8Array.from(Buffer.from(text));
  return { hash: hex(sha256(bytes)), bytes };
});
const [KEK, PAYMENTS, SIGNING] = BLOBS.map(({ hash }) => hash) as [string, string, string];

/** A quorum with a keyring and two keys; not in the order of their ids. */
async function fill(writer: Writer): Promise<void> {
  const created = "now";
  await writer.insert("quorums", { id: "q", name: "root", created });
  await writer.insert("keyrings", { id: "r", name: "default", quorum: "q", kekVersion: 1, created });
  await writer.insert("keks", { keyring: "r", version: 1, generation: 1, blob: KEK, created });
  for (const { id, name, blob } of [
    { id: "k2", name: "signing", blob: SIGNING },
    { id: "k10", name: "payments", blob: PAYMENTS },
  ]) {
    await writer.insert("keys", {
      id,
      keyring: "r",
      name,
      algorithm: "aes-256",
      version: 1,
      usages: "[]",
      exportable: 0,
      cryptoperiodSeconds: null,
      created,
      state: "active",
      activateAt: null,
      deactivateAt: null,
      rotateAt: null,
    });
    await writer.insert("keyVersions", {
      key: id,
      version: 1,
      state: "active",
      stateBefore: null,
      compromised: 0,
      activateAt: null,
      deactivateAt: null,
      kekVersion: 1,
      blob,
      checkValue: null,
      publicKey: null,
      fingerprint: null,
      created,
      changed: created,
    });
  }
  for (const blob of BLOBS) await writer.insert("blobs", blob);
}

async function filled(change?: (writer: Writer) => Promise<unknown>): Promise<Storage> {
  return scratchTables(async (writer) => {
    await fill(writer);
    await change?.(writer);
  });
}

/** Compare with what replay makes of the chain, wherever it keeps its tables: the outcome is the same. */
async function compared(found: Reader, change?: (writer: Writer) => Promise<unknown>): Promise<void> {
  const outcomes: unknown[] = [];
  for (const tables of [new ReplayTables(), ReplayTables.onDisk(), ReplayTables.onDisk([])]) {
    using replayed = tables;
    await fill(replayed);
    await change?.(replayed);
    outcomes.push(await compareTables(found, replayed).catch((error: unknown) => error));
  }
  const [first, ...others] = outcomes;
  for (const other of others) expect(other).toEqual(first);
  if (first instanceof Error) throw first;
  expect(first).toBeUndefined();
}

test("equal tables and sound blobs are taken", async () => {
  await using found = await filled();
  await compared(found);
});

describe("T2, T4: a difference is named by table, row and column", () => {
  test.for<{ what: string; change: (writer: Writer) => Promise<unknown>; named: string }>([
    {
      what: "a value",
      change: (writer) => writer.update("keyVersions", { key: "k2" }, { state: "destroyed" }),
      named: 'keyVersions k2/1, column state: is "destroyed", the audit chain says "active"',
    },
    {
      what: "a number",
      change: (writer) => writer.update("keys", { id: "k10" }, { exportable: 1 }),
      named: "keys k10, column exportable: is 1, the audit chain says 0",
    },
    {
      what: "a value where none is",
      change: (writer) => writer.update("keys", { id: "k10" }, { cryptoperiodSeconds: 5 }),
      named: "keys k10, column cryptoperiodSeconds: is 5, the audit chain says null",
    },
    {
      what: "a long value",
      change: (writer) => writer.update("keys", { id: "k10" }, { usages: "x".repeat(200) }),
      named: `keys k10, column usages: is "${"x".repeat(79)}…, the audit chain says "[]"`,
    },
    {
      what: "a row too few",
      change: (writer) => writer.remove("keyVersions", { key: "k10" }),
      named: "keyVersions k10/1: the row is missing: the audit chain has it",
    },
    {
      what: "the last row too few",
      change: (writer) => writer.remove("keyVersions", { key: "k2" }),
      named: "keyVersions k2/1: the row is missing: the audit chain has it",
    },
    {
      what: "a row too many, before others",
      change: (writer) => writer.insert("plans", { id: "a", digest: "", outcome: "executed", sequence: 1 }),
      named: "plans a: a row that the audit chain does not have",
    },
    {
      what: "a row too many among others",
      change: (writer) => writer.insert("quorums", { id: "p", name: "other", created: "now" }),
      named: "quorums p: a row that the audit chain does not have",
    },
    {
      what: "a row under another key",
      change: (writer) => writer.update("keks", { version: 1 }, { generation: 2 }),
      named: "keks r/1/2: a row that the audit chain does not have",
    },
  ])("$what", async ({ change, named }) => {
    await using found = await filled(change);
    await expect(compared(found)).rejects.toMatchObject({ code: "INTEGRITY", message: named });
  });
});

describe("T1: ciphertexts are named by whose they are", () => {
  test.for<{ what: string; change: (writer: Writer) => Promise<unknown>; named: string }>([
    {
      what: "one altered",
      change: (writer) => writer.update("blobs", { hash: PAYMENTS }, { bytes: Uint8Array.of(1) }),
      named: "blobs: the ciphertext of key payments version 1 is altered",
    },
    {
      what: "the KEK's altered",
      change: (writer) => writer.update("blobs", { hash: KEK }, { bytes: Uint8Array.of(1) }),
      named: "blobs: the ciphertext of KEK version 1 of keyring default is altered",
    },
    {
      what: "one missing",
      change: (writer) => writer.remove("blobs", { hash: SIGNING }),
      named: "blobs: the ciphertext of key signing version 1 is missing",
    },
    {
      what: "one that is nobody's",
      change: (writer) => writer.insert("blobs", { hash: "ab".repeat(32), bytes: Uint8Array.of(1) }),
      named: "blobs: blob abababababababab belongs to nothing",
    },
    {
      what: "all missing",
      change: (writer) => writer.remove("blobs", {}),
      named:
        "blobs: the ciphertext of KEK version 1 of keyring default is missing; the ciphertext of key payments version 1 is missing; the ciphertext of key signing version 1 is missing",
    },
  ])("$what", async ({ change, named }) => {
    await using found = await filled(change);
    await expect(compared(found)).rejects.toMatchObject({ code: "INTEGRITY", message: named });
  });

  test("a row that names another blob than there is", async () => {
    const change = (writer: Writer) => writer.update("keyVersions", { key: "k2" }, { blob: "gone" });
    await using found = await filled(change);
    await expect(compared(found, change)).rejects.toThrow("the ciphertext of key signing version 1 is missing");
  });
});
