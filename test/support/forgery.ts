import type { KeyObject } from "node:crypto";
import { AuditChain, type EntryData } from "../../src/lib/audit/chain.ts";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { type Entry, entryHash, entryText, parseEntry } from "../../src/lib/audit/entry.ts";
import { ACTIONS, ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { timestamp } from "../../src/lib/clock.ts";
import { randomHex, randomSecret, randomUuid } from "../../src/lib/crypto/random.ts";
import { signingKey } from "../../src/lib/crypto/signature.ts";
import { loadHostKey } from "../../src/lib/host/host-key.ts";
import { planKeyCreate } from "../../src/lib/key/request.ts";
import { type Approval, type ApprovalStatement, signApproval } from "../../src/lib/quorum/approval.ts";
import { type Plan, planDigest } from "../../src/lib/quorum/plan.ts";
import { preparePlan } from "../../src/lib/quorum/prepare.ts";
import { combineShares } from "../../src/lib/share/shamir.ts";
import { shareKey } from "../../src/lib/share/share-key.ts";
import { openSqlite } from "../../src/lib/storage/sqlite.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { type Blob, quorumKey } from "../../src/lib/vault/hierarchy.ts";
import { Unlocked } from "../../src/lib/vault/unlocked.ts";
import { type MadeVault, PLAIN_KEY, type Planner } from "./vault.ts";

/** Changes to what an honest custodian would sign. */
export type StatementChanges = Partial<ApprovalStatement>;

/**
 * A host that has gone over to the attacker. It kept the whole vault with its host key, and every share that it ever
 * saw, so it opens every key. It writes whatever it likes, in the right form: links, projections, checkpoint.
 */
export class Forger {
  readonly made: MadeVault;
  readonly hostKey: KeyObject;

  constructor(made: MadeVault) {
    this.made = made;
    this.hostKey = loadHostKey(made.path);
  }

  /** The entries as they are. */
  async entries(): Promise<Entry[]> {
    await using storage = openSqlite(this.made.database, { lockTimeoutMs: 1000 });
    const rows = await Array.fromAsync(storage.rows("entries"));
    return rows.map(({ sequence, text }) => parseEntry(text, sequence));
  }

  /** A plan as an honest host would make it, for new keys of these names. */
  async plan(...names: string[]): Promise<Plan> {
    await using vault = await this.made.open();
    const actions = await Promise.all(
      names.map((name) => planKeyCreate(vault.reader, { ...PLAIN_KEY, name, algorithm: "aes-256" })),
    );
    return (await preparePlan(vault, ACTIONS, { actions, reason: "" })).plan;
  }

  /** A plan as an honest host would make it, of what it may be about to refuse. */
  async planOf(planner: Planner): Promise<Plan> {
    await using vault = await this.made.open();
    return (await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason: "" })).plan;
  }

  /** The approval that a custodian gives, or is said to give with another key. */
  async approval(plan: Plan, custodian: string, changes: StatementChanges = {}, key?: KeyObject): Promise<Approval> {
    const quorum = plan.quorums[0];
    if (quorum === undefined) throw new TypeError("a plan without quorum");
    const statement: ApprovalStatement = {
      type: "approval",
      version: 1,
      vault: plan.vault,
      epoch: plan.epoch,
      plan: planDigest(plan),
      custodian,
      quorum: quorum.id,
      generation: quorum.generation,
      key: "custodian",
      at: "host",
      time: plan.created,
      seen: plan.head,
      sealed: null,
      ...changes,
    };
    return signApproval(statement, key ?? (await this.custodianKey(custodian)));
  }

  /** What a custodian signs with: no attacker has it. */
  async custodianKey(name: string): Promise<KeyObject> {
    using document = await this.made.document(name);
    if (document.custodianSeed === undefined) throw new TypeError("a share file without custodian key");
    return signingKey(document.custodianSeed);
  }

  /** What a kept share gives: the share key of its seat. */
  async shareKey(name: string): Promise<KeyObject> {
    using document = await this.made.document(name);
    const { quorum, vault } = await this.#place();
    return shareKey(document.record.share, { vault, quorum: quorum.quorum, generation: 1, custodian: name });
  }

  /** The effect of an action that makes a key, with material that opens: unlocked by hand from kept shares. */
  async keyEffect(plan: Plan, action: number, changes: object = {}): Promise<{ entry: EntryData; blob: Blob }> {
    await using storage = openSqlite(this.made.database, { lockTimeoutMs: 1000 });
    const { quorum, vault } = await this.#place();
    const documents = await Promise.all(this.made.custodians.map((name) => this.made.document(name)));
    using owned = new DisposableStack();
    for (const document of documents) owned.use(document);
    using secret = await combineShares(
      documents.map(({ record }) => record.share),
      2,
    );
    const place = { vault, quorum: quorum.quorum, generation: 1 };
    const key = quorumKey(secret, quorum.manifestHash, place);
    const identity = await storage.find("vault", {});
    if (identity === undefined) throw new TypeError("no vault");
    const entrusted = { custodianSeeds: new Map(), passphrases: new Map() };
    using unlocked = new Unlocked(identity, storage, [{ quorum: place.quorum, generation: 1, key }], entrusted);
    using material = randomSecret(32);
    const keyring = await storage.find("keyrings", {});
    const id = randomUuid();
    const owner = { keyring: keyring?.id ?? "", key: id, version: 1, algorithm: "aes-256" };
    const { kekVersion, blob } = await unlocked.wrap(material, owner);
    const added = {
      key: id,
      kekVersion,
      blob: blob.hash,
      checkValue: randomHex(5),
      publicKey: null,
      fingerprint: null,
    };
    return { entry: { type: "key.create", data: { plan: plan.id, action, ...added, ...changes } }, blob };
  }

  /**
   * Append entries to the chain, project them as if every signature were good, and sign the new head.
   * @param time of the entries; now, if not given
   */
  async append(entries: readonly EntryData[], blobs: readonly Blob[] = [], time?: string): Promise<void> {
    const known = await this.entries();
    const last = known.at(-1);
    if (last === undefined) throw new TypeError("no chain to go on");
    const at = time ?? timestamp(new Date());
    const forged = entries.map((entry) => ({ ...last, time: at, actor: "attacker", ...entry }));
    await this.rewrite([...known, ...forged], blobs);
  }

  /**
   * Write another chain in place of the one that is: numbered and linked anew, projected as far as it goes, its head
   * signed by the stolen host key.
   */
  async rewrite(entries: readonly Entry[], blobs: readonly Blob[] = []): Promise<void> {
    await using storage = openSqlite(this.made.database, { lockTimeoutMs: 1000 });
    const chain = new AuditChain(ENTRY_TYPES);
    const identity = await storage.find("vault", {});
    await storage.transaction(async (writer) => {
      for (const table of TABLES) await writer.remove(table, {});
      for (const [index, entry] of entries.entries()) {
        const text = entryText({ ...entry, sequence: index + 1, previous: chain.head });
        await writer.insert("entries", { sequence: index + 1, text });
        const linked = chain.size;
        // What a projector refuses is what the test is about; the chain goes on all the same.
        await chain.project(index + 1, text, writer, false).catch(() => {});
        if (chain.size === linked) chain.tree.append(entryHash(text));
      }
      for (const blob of blobs) await writer.insert("blobs", blob);
      if (identity !== undefined && (await writer.count("vault")) === 0) await writer.insert("vault", identity);
      const first = entries[0];
      if (first === undefined) return;
      const { vault, epoch } = first;
      const note = signCheckpoint({ vault, epoch, size: chain.size, root: chain.tree.root() }, this.hostKey);
      await writer.insert("checkpoint", { id: 1, note });
    });
  }

  async #place(): Promise<{ vault: string; quorum: Row<"generations"> }> {
    await using storage = openSqlite(this.made.database, { lockTimeoutMs: 1000 });
    const [vault, quorum] = [await storage.find("vault", {}), await storage.find("generations", {})];
    if (vault === undefined || quorum === undefined) throw new TypeError("no vault");
    return { vault: vault.id, quorum };
  }
}

/** All tables that a rewritten chain fills anew; the blobs stay. Those that point at others come first. */
const TABLES = [
  "imports",
  "plans",
  "keyVersions",
  "keyTags",
  "keyNames",
  "keys",
  "keks",
  "keyrings",
  "seats",
  "generations",
  "quorums",
  "vault",
  "checkpoint",
  "entries",
] as const;
