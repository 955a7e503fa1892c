import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import type { Entry } from "../../src/lib/audit/entry.ts";
import { randomHex, randomUuid } from "../../src/lib/crypto/random.ts";
import { type Proof, signProof } from "../../src/lib/custodian/proof.ts";
import { Forger } from "../support/forgery.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

/**
 * S19: the chain rewritten from any entry on, projected anew, and signed with the stolen host key. A machine that
 * remembers the vault sees another history at once; here nobody remembers it.
 */
let original: MadeVault;
let made: MadeVault;
let forger: Forger;

/** Entries of the vault as it was made: genesis, shares, three proofs, one plan and its key. */
const BEFORE = 7;

beforeAll(async () => {
  original = await foundVault();
  await original.createKey("payments", ["alice", "bob"]);
});

afterAll(async () => {
  await original[Symbol.asyncDispose]();
});

beforeEach(async () => {
  made = await original.copy();
  forger = new Forger(made);
});

afterEach(async () => {
  await made[Symbol.asyncDispose]();
});

test("S19: to this machine it is another history, if only a time differs", async () => {
  await rewritten((entries) => {
    at(entries, 7).time = "2026-01-01T00:00:00.000Z";
    return entries;
  });
  await expect(made.verify()).rejects.toMatchObject({
    code: "INTEGRITY",
    message: "vault: is another history than its anchor: they differ within the first 7 entries",
  });
});

test("S19: an entry inserted before an approved plan", async () => {
  await rewritten((entries) => entries.toSpliced(4, 0, at(entries, 3)));
  await refusedAnywhere("entry 7 (plan.execute): the plan saw another chain of 5 entries");
});

test("S19: an entry taken away before an approved plan", async () => {
  await expect(made.createKey("refused", ["alice"])).rejects.toMatchObject({ code: "QUORUM_NOT_MET" });
  await made.createKey("second", ["alice", "bob"]);
  await rewritten((entries) => entries.filter(({ type }) => type !== "plan.refuse"));
  await refusedAnywhere("entry 8 (plan.execute): the plan saw another chain of 8 entries");
});

test("S19: an entry altered before an approved plan", async () => {
  await rewritten((entries) => {
    at(entries, 5).actor = "somebody else";
    return entries;
  });
  await refusedAnywhere("entry 6 (plan.execute): the plan saw another chain of 5 entries");
});

test("S19: an entry altered before a proof", async () => {
  await rewritten((entries) => {
    at(entries, 2).actor = "somebody else";
    return entries;
  });
  await refusedAnywhere("entry 3 (custodian.confirm): proof of alice: saw another chain of 2 entries");
});

test.for([
  { what: "of another history", changes: { root: "ab".repeat(32) }, problem: "saw another chain of 2 entries" },
  { what: "of entries to come", changes: { size: 9 }, problem: "saw another chain of 9 entries" },
  { what: "of nothing", changes: { size: 0 }, problem: "saw another chain of 0 entries" },
  { what: "of another epoch", changes: { epoch: randomUuid() }, problem: "its checkpoint is not of this vault's host" },
])("S17: a proof over a checkpoint $what, by both of the custodian's keys", async ({ changes, problem }) => {
  const [shareKey, custodianKey] = [await forger.shareKey("alice"), await forger.custodianKey("alice")];
  await rewritten((entries) => {
    const entry = at(entries, 3);
    const { statement } = entry.data as unknown as Proof;
    const { vault, epoch } = entry;
    const seen = { vault, epoch, size: 2, root: "cd".repeat(32), ...changes };
    const checkpoint = signCheckpoint(seen, forger.hostKey);
    return entries.with(2, { ...entry, data: { ...signProof({ ...statement, checkpoint }, shareKey, custodianKey) } });
  });
  await refusedAnywhere(`entry 3 (custodian.confirm): proof of alice: ${problem}`);
});

test("S17: a proof over a checkpoint that this host did not sign", async () => {
  const [shareKey, custodianKey] = [await forger.shareKey("alice"), await forger.custodianKey("alice")];
  await rewritten((entries) => {
    const entry = at(entries, 3);
    const { statement } = entry.data as unknown as Proof;
    const { vault, epoch } = entry;
    const checkpoint = signCheckpoint({ vault, epoch, size: 2, root: "cd".repeat(32) }, custodianKey);
    return entries.with(2, { ...entry, data: { ...signProof({ ...statement, checkpoint }, shareKey, custodianKey) } });
  });
  await refusedAnywhere("entry 3 (custodian.confirm): proof of alice: its checkpoint is not of this vault's host");
});

test("T12: another threshold in the genesis", async () => {
  await rewritten((entries) => {
    const data = at(entries, 1).data as { manifest: { threshold: number } };
    data.manifest.threshold = 3;
    return entries;
  });
  await refusedAnywhere("entry 3 (custodian.confirm): proof of alice: of another vault");
});

test("T12: threshold 1 is no quorum", async () => {
  await rewritten((entries) => {
    const data = at(entries, 1).data as { manifest: { threshold: number } };
    data.manifest.threshold = 1;
    return entries;
  });
  await refusedAnywhere("entry 1 (genesis): data.manifest.threshold: Too small: expected number to be >=2");
});

test("another host key in the genesis", async () => {
  await rewritten((entries) => {
    at(entries, 1).data["hostKey"] = randomHex(32);
    return entries;
  });
  await refusedAnywhere("entry 3 (custodian.confirm): proof of alice: of another vault");
});

test("S17: a proof of the share's signature only", async () => {
  const key = await forger.shareKey("alice");
  await rewritten((entries) => {
    const proof = at(entries, 3);
    const { statement } = proof.data as unknown as Proof;
    return entries.with(2, { ...proof, data: { ...signProof(statement, key, forger.hostKey) } });
  });
  await refusedAnywhere("entry 3 (custodian.confirm): proof of alice: not signed by the share and by the custodian");
});

test.for([
  { what: "vault", changes: { vault: randomUuid() }, problem: "of another vault" },
  { what: "epoch", changes: { epoch: randomUuid() }, problem: "of another epoch" },
  { what: "genesis", changes: { genesis: randomHex(32) }, problem: "of another vault" },
  { what: "manifest", changes: { manifest: randomHex(32) }, problem: "of another quorum or generation" },
])("S17: a proof of another $what", async ({ changes, problem }) => {
  await rewritten((entries) => {
    const proof = at(entries, 4);
    const data = proof.data as unknown as Proof;
    return entries.with(3, { ...proof, data: { ...data, statement: { ...data.statement, ...changes } } });
  });
  await refusedAnywhere(`entry 4 (custodian.confirm): proof of bob: ${problem}`);
});

test("S17: an old proof once more doesn't make it younger", async () => {
  const old = at(await forger.entries(), 3);
  await forger.append([{ type: old.type, data: old.data }], [], "2027-01-01T00:00:00.000Z");
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED", entries: BEFORE + 1 });
  await using vault = await made.open();
  const { custodian } = (old.data as unknown as Proof).statement;
  const seat = await vault.reader.find("seats", { custodian });
  expect(Date.parse(seat?.proved ?? "")).toBeLessThan(Date.parse("2027-01-01"));
});

test.for([
  { what: "a second genesis", place: 8, from: 1, problem: "entry 8 (genesis): a second genesis" },
  { what: "share files later", place: 8, from: 2, problem: "entry 8 (genesis.shares): belongs right after genesis" },
  {
    what: "no genesis",
    place: 1,
    from: 3,
    problem: "entry 1 (custodian.confirm): proof of alice: of another vault",
  },
])("$what", async ({ place, from, problem }) => {
  await rewritten((entries) => entries.toSpliced(place - 1, 0, at(entries, from)));
  await refusedAnywhere(problem);
});

test.for([{ vault: randomUuid() }, { epoch: randomUuid() }])("an entry of another place: %o", async (place) => {
  await rewritten((entries) => [...entries.slice(0, -2), { ...at(entries, 5), ...place }]);
  await refusedAnywhere("entry 6 (custodian.confirm): of another vault or epoch");
});

/** Refused by a machine without memory of the vault. */
async function refusedAnywhere(message: string): Promise<void> {
  await rm(made.state, { recursive: true });
  await expect(made.verify()).rejects.toMatchObject({ code: "INTEGRITY", message });
}

async function rewritten(change: (entries: Entry[]) => Entry[]): Promise<void> {
  await forger.rewrite(change(structuredClone(await forger.entries())));
}

function at(entries: readonly Entry[], sequence: number): Entry {
  const entry = entries[sequence - 1];
  if (entry === undefined) throw new TypeError(`no entry ${sequence}`);
  return entry;
}
