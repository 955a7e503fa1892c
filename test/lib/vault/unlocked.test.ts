import { afterEach, beforeEach, expect, test } from "vitest";
import { randomSecret } from "../../../src/lib/crypto/random.ts";
import { Secret } from "../../../src/lib/secret.ts";
import type { Storage } from "../../../src/lib/storage/storage.ts";
import { type Blob, wrapKek } from "../../../src/lib/vault/hierarchy.ts";
import { Unlocked } from "../../../src/lib/vault/unlocked.ts";
import { scratchTables } from "../../support/scratch-tables.ts";

const VAULT = "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11";
const OWNER = { keyring: "r", key: "k", version: 1, algorithm: "aes-256" };

let storage: Storage;

beforeEach(async () => {
  storage = await scratchTables();
  using kek = randomSecret(32);
  using key = quorumKey();
  const blob = wrapKek(key, kek, { vault: VAULT, quorum: "q", generation: 1, keyring: "r", version: 1 });
  await storage.transaction(async (writer) => {
    await writer.insert("quorums", { id: "q", name: "root", created: "" });
    await writer.insert("keyrings", { id: "r", name: "default", quorum: "q", kekVersion: 1, created: "" });
    await writer.insert("keks", { keyring: "r", version: 1, generation: 1, blob: blob.hash, created: "" });
    await writer.insert("blobs", blob);
  });
});

afterEach(async () => {
  await storage[Symbol.asyncDispose]();
});

function quorumKey(): Secret {
  return new Secret(new Uint8Array(32).fill(1));
}

function unlocked(changes: { vault?: string; quorum?: string; generation?: number; key?: Secret } = {}): Unlocked {
  const { vault = VAULT, quorum = "q", generation = 1, key = quorumKey() } = changes;
  const identity = {
    id: vault,
    name: "vault",
    epoch: "",
    genesis: "",
    hostKey: "",
    rehearsal: 1,
    created: "",
    clockAccepted: null,
  } as const;
  const entrusted = { custodianSeeds: new Map(), passphrases: new Map() };
  return new Unlocked(identity, storage, [{ quorum, generation, key }], entrusted);
}

async function store(blob: Blob): Promise<void> {
  await storage.transaction((writer) => writer.insert("blobs", blob));
}

test("material is wrapped under the newest KEK of its keyring, and comes back", async () => {
  using vault = unlocked();
  using material = randomSecret(48);
  const { kekVersion, blob } = await vault.wrap(material, OWNER);
  expect(kekVersion).toBe(1);
  await store(blob);
  using again = await vault.unwrap(OWNER, 1, blob.hash);
  expect(again.reveal()).toEqual(material.reveal());
});

test("T1: material does not open for another key, version, algorithm, or vault", async () => {
  using vault = unlocked();
  using material = randomSecret(32);
  const { blob } = await vault.wrap(material, OWNER);
  await store(blob);
  for (const other of [{ key: "other" }, { version: 2 }, { algorithm: "hmac-sha256" }]) {
    await expect(vault.unwrap({ ...OWNER, ...other }, 1, blob.hash)).rejects.toMatchObject({ code: "INTEGRITY" });
  }
  using elsewhere = unlocked({ vault: "7c9e6679-7425-40de-944b-e07fc1f90ae7" });
  await expect(elsewhere.unwrap(OWNER, 1, blob.hash)).rejects.toMatchObject({
    code: "INTEGRITY",
    message: "KEK r version 1: does not open under this key and place",
  });
});

test("the keys of a quorum that did not approve stay locked", async () => {
  using vault = unlocked({ quorum: "other" });
  using material = randomSecret(32);
  await expect(vault.wrap(material, OWNER)).rejects.toThrow("quorum q did not approve: its keys stay locked");
});

test.for([
  { what: "another quorum key", changes: { key: new Secret(new Uint8Array(32).fill(2)) }, problem: "does not open" },
  { what: "another generation", changes: { generation: 2 }, problem: "keyring r: no KEK version 1 under generation 2" },
])("nothing opens under $what", async ({ changes, problem }) => {
  using vault = unlocked(changes);
  using material = randomSecret(32);
  await expect(vault.wrap(material, OWNER)).rejects.toMatchObject({
    code: "INTEGRITY",
    message: expect.stringContaining(problem),
  });
});

test("what is missing is named", async () => {
  using vault = unlocked();
  using material = randomSecret(32);
  await expect(vault.unwrap(OWNER, 1, "ab".repeat(32))).rejects.toMatchObject({
    code: "INTEGRITY",
    message: `blobs: ${"ab".repeat(32)} is missing`,
  });
  await expect(vault.unwrap(OWNER, 2, "ab".repeat(32))).rejects.toMatchObject({ code: "INTEGRITY" });
  await expect(vault.wrap(material, { ...OWNER, keyring: "other" })).rejects.toThrow(RangeError);
  await expect(vault.unwrap({ ...OWNER, keyring: "other" }, 1, "")).rejects.toThrow(RangeError);
});

test("after its end nothing can be opened, and the quorum key is gone", async () => {
  const key = quorumKey();
  const bytes = key.reveal();
  const vault = unlocked({ key });
  vault[Symbol.dispose]();
  expect([...bytes]).toEqual(Array.from({ length: 32 }, () => 0));
  using material = randomSecret(32);
  await expect(vault.wrap(material, OWNER)).rejects.toThrow("secret used after its end");
});
