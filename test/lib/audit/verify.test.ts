import { describe, expect, test } from "vitest";
import { AuditChain, type EntryData } from "../../../src/lib/audit/chain.ts";
import { signCheckpoint } from "../../../src/lib/audit/checkpoint.ts";
import { verifyChain, verifyLinks } from "../../../src/lib/audit/verify.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import type { Storage, Writer } from "../../../src/lib/storage/storage.ts";
import { PLACE, SAMPLE_TYPES } from "../../support/sample-chain.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

using seed = generateSigningSeed();
const hostKey = signingKey(seed);
const publicKey = publicKeyOf(hostKey);
const GENESIS: EntryData = { type: "genesis", data: { hostKey: publicKey } };

/** A sound chain of a genesis and `quorums` further entries. */
async function sample(quorums = 4): Promise<{ storage: Storage; chain: AuditChain }> {
  const storage = await scratchTables();
  const chain = await storage.transaction(async (writer) => {
    const chain = new AuditChain(SAMPLE_TYPES);
    const append = (entry: EntryData) => chain.append(writer, PLACE, "2026-11-24T05:37:40.123Z", "a", entry);
    await append(GENESIS);
    for (let i = 0; i < quorums; i++) await append({ type: "quorum", data: { name: `q${i}` } });
    await chain.storeCheckpoint(writer, hostKey);
    return chain;
  });
  return { storage, chain };
}

test("a sound chain verifies, whole or by its links, and is ready for the next entry", async () => {
  const { storage, chain } = await sample();
  await using owned = storage;
  for (const verified of [
    await verifyChain(owned, { types: SAMPLE_TYPES }),
    await verifyChain(owned, { types: SAMPLE_TYPES, entriesInMemory: 4 }),
    await verifyLinks(owned, publicKey, { types: SAMPLE_TYPES }),
  ]) {
    expect([verified.size, verified.head, verified.tree.root()]).toEqual([5, chain.head, chain.tree.root()]);
  }
});

describe("both ways of verifying refuse", () => {
  test.for<{ what: string; change: (writer: Writer) => Promise<unknown>; problem: string }>([
    {
      what: "a chain without its end",
      change: (writer) => writer.remove("entries", { sequence: 5 }),
      problem: "audit chain: entry 5 is missing",
    },
    {
      what: "a chain without its middle",
      change: (writer) => writer.remove("entries", { sequence: 3 }),
      problem: "audit chain: entry 3 is missing",
    },
    {
      what: "no checkpoint",
      change: (writer) => writer.remove("checkpoint", {}),
      problem: "checkpoint: missing, altered, or not signed by this vault's host key",
    },
    {
      what: "a checkpoint of another host",
      change: (writer) => checkpoint(writer, { size: 5 }, true),
      problem: "checkpoint: missing, altered, or not signed by this vault's host key",
    },
    {
      what: "a checkpoint of another vault",
      change: (writer) => checkpoint(writer, { vault: PLACE.epoch }),
      problem: "checkpoint: of another vault or epoch",
    },
    {
      what: "a checkpoint of another epoch",
      change: (writer) => checkpoint(writer, { epoch: PLACE.vault }),
      problem: "checkpoint: of another vault or epoch",
    },
    {
      what: "an older checkpoint",
      change: (writer) => checkpoint(writer, { size: 4 }),
      problem: "audit chain: entry 5 or the checkpoint was altered: the tree's root differs",
    },
    {
      what: "a newer checkpoint",
      change: (writer) => checkpoint(writer, { size: 9 }),
      problem: "audit chain: entries 6 to 9 are missing",
    },
    {
      what: "another root",
      change: (writer) => checkpoint(writer, {}),
      problem: "audit chain: entry 5 or the checkpoint was altered: the tree's root differs",
    },
  ])("$what", async ({ change, problem }) => {
    const { storage } = await sample();
    await using owned = storage;
    await owned.transaction(change);
    const refusal = { code: "INTEGRITY", message: problem };
    await expect(verifyChain(owned, { types: SAMPLE_TYPES })).rejects.toMatchObject(refusal);
    await expect(verifyChain(owned, { types: SAMPLE_TYPES, entriesInMemory: 0 })).rejects.toMatchObject(refusal);
    await expect(verifyLinks(owned, publicKey, { types: SAMPLE_TYPES })).rejects.toMatchObject(refusal);
  });

  async function checkpoint(writer: Writer, changes: object, foreign = false): Promise<void> {
    using other = generateSigningSeed();
    const content = { ...PLACE, size: 5, root: "ab".repeat(32), ...changes };
    await writer.update("checkpoint", {}, { note: signCheckpoint(content, foreign ? signingKey(other) : hostKey) });
  }

  test.for([
    {
      what: "a chain behind the anchor",
      size: 6,
      problem: "vault: is behind its anchor: it has 5 entries, this machine saw 6",
    },
    {
      what: "another history than the anchor's",
      size: 3,
      problem: "vault: is another history than its anchor: they differ within the first 3 entries",
    },
  ])("T6: $what", async ({ size, problem }) => {
    const { storage } = await sample();
    await using owned = storage;
    const anchor = { size, root: "ab".repeat(32) };
    const refusal = { code: "INTEGRITY", message: problem };
    await expect(verifyChain(owned, { types: SAMPLE_TYPES, anchor })).rejects.toMatchObject(refusal);
    await expect(verifyChain(owned, { types: SAMPLE_TYPES, verified: anchor })).rejects.toMatchObject(refusal);
    await expect(verifyLinks(owned, publicKey, { types: SAMPLE_TYPES, anchor })).rejects.toMatchObject(refusal);
  });
});

test("an anchor at any size of the chain is its ancestor", async () => {
  const { storage, chain } = await sample();
  await using owned = storage;
  for (let size = 1; size <= 5; size++) {
    const anchor = { size, root: chain.tree.root(size) };
    await verifyChain(owned, { types: SAMPLE_TYPES, anchor, verified: anchor });
    await verifyLinks(owned, publicKey, { types: SAMPLE_TYPES, anchor });
  }
});

test("T5: a chain without entries has no genesis", async () => {
  const { storage } = await sample();
  await using owned = storage;
  await owned.transaction((writer) => writer.remove("entries", {}));
  await expect(verifyChain(owned, { types: SAMPLE_TYPES })).rejects.toThrow("audit chain: has no genesis");
});

test("T2: rows that the chain does not have are refused by the whole verification", async () => {
  const { storage } = await sample();
  await using owned = storage;
  await owned.transaction((writer) => writer.update("quorums", { name: "q1" }, { name: "another" }));
  await expect(verifyChain(owned, { types: SAMPLE_TYPES })).rejects.toThrow(
    'quorums q3, column name: is "another", the audit chain says "q1"',
  );
});

test("a long chain tells how far it is", async () => {
  const { storage } = await sample(10_001);
  await using owned = storage;
  const told: [number, number][] = [];
  await verifyChain(owned, { types: SAMPLE_TYPES, progress: (done, total) => told.push([done, total]) });
  expect(told).toEqual([
    [5000, 10_002],
    [10_000, 10_002],
    [10_002, 10_002],
  ]);
});
