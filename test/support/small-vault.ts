import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { entryHash, entryText, NO_ENTRY } from "../../src/lib/audit/entry.ts";
import { Tree } from "../../src/lib/audit/tree.ts";
import { publicKeyOf } from "../../src/lib/crypto/signature.ts";
import { saveAnchor } from "../../src/lib/host/anchor.ts";
import { saveHostKey } from "../../src/lib/host/host-key.ts";
import { createSqlite } from "../../src/lib/storage/sqlite.ts";
import type { Workspace } from "./workspace.ts";

const VAULT = "11111111-1111-4111-8111-111111111111";
const EPOCH = "22222222-2222-4222-8222-222222222222";

export interface SmallVaultOptions {
  /** Times of its entries, RFC 3339. */
  times: readonly string[];
  /** Which of them executed a plan, from 1. */
  approved?: readonly number[];
}

/** A vault's folder as far as a check can look into it without verifying: entries, checkpoint, host key, anchor. */
export interface SmallVault {
  vault: string;
  state: string;
  /** Remember on this machine a head of so many entries, with what else differs. */
  remember: (size: number, others?: { genesis?: string; root?: string; epoch?: string; hostKey?: string }) => void;
}

/** Lay a small vault into `place`, below `folder`. */
export async function smallVault(
  place: Workspace,
  { times, approved = [] }: SmallVaultOptions,
  folder = "data/conclave/vault",
): Promise<SmallVault> {
  const vault = place.file(folder);
  mkdirSync(vault, { recursive: true, mode: 0o700 });
  const key = newHostKey();
  saveHostKey(vault, key);
  const hostKey = publicKeyOf(key);
  const tree = new Tree();
  const texts = chainOf(times, tree);
  const path = `${vault}/vault.db`;
  writeFileSync(path, "", { mode: 0o600 });
  chmodSync(path, 0o600);
  const storage = await createSqlite(path, { lockTimeoutMs: 0 }, async (writer) => {
    for (const [index, text] of texts.entries()) await writer.insert("entries", { sequence: index + 1, text });
    const note = signCheckpoint({ vault: VAULT, epoch: EPOCH, size: texts.length, root: tree.root() }, key);
    await writer.insert("checkpoint", { id: 1, note });
    const identity = { id: VAULT, name: "small", epoch: EPOCH, genesis: entryHash(texts[0] ?? ""), hostKey };
    await writer.insert("vault", { ...identity, rehearsal: 1, created: times[0] ?? "", clockAccepted: null });
    for (const sequence of approved) {
      await writer.insert("plans", { id: `${sequence}`, digest: "00".repeat(32), outcome: "executed", sequence });
    }
  });
  await storage[Symbol.asyncDispose]();

  const state = place.file("state/conclave");
  return {
    vault,
    state,
    remember: (size, { root, ...others } = {}) => {
      const head = { size, root: root ?? (size <= texts.length ? tree.root(size) : "ab".repeat(32)) };
      saveAnchor(state, {
        version: 1,
        vault: VAULT,
        genesis: entryHash(texts[0] ?? ""),
        epoch: EPOCH,
        hostKey,
        role: "host",
        time: "2026-11-24T00:00:00.000Z",
        verified: null,
        manifests: [],
        recoveries: [],
        replaced: [],
        ...others,
        head,
      });
    },
  };
}

function chainOf(times: readonly string[], tree: Tree): string[] {
  let previous = NO_ENTRY;
  return times.map((time, index) => {
    const text = entryText({
      version: 1,
      vault: VAULT,
      epoch: EPOCH,
      sequence: index + 1,
      time,
      previous,
      type: "test.entry",
      actor: "test@host",
      data: {},
    });
    previous = entryHash(text);
    tree.append(previous);
    return text;
  });
}

function newHostKey(): KeyObject {
  const { privateKey } = generateKeyPairSync("ed25519");
  return createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }));
}
