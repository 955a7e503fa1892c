import type { AuditChain } from "../audit/chain.ts";
import { timestamp } from "../clock.ts";
import { randomUuid } from "../crypto/random.ts";
import { publicKeyOf } from "../crypto/signature.ts";
import { IntegrityError } from "../errors.ts";
import { type Anchor, adoptAnchor, announceAnchor } from "../host/anchor.ts";
import { saveHostKey } from "../host/host-key.ts";
import { LIMITS } from "../limits.ts";
import type { Approval } from "../quorum/approval.ts";
import { type Received, warnOfRecovery } from "../quorum/execute.ts";
import { foundingAlone } from "../quorum/founding-alone.ts";
import { GatheredShares } from "../quorum/gathered-shares.ts";
import type { Interaction } from "../quorum/interaction.ts";
import { keksUnder } from "../quorum/rekey.ts";
import { unlockQuorums } from "../quorum/unlock.ts";
import type { Reader } from "../storage/storage.ts";
import { assertReady } from "../vault/ready.ts";
import { type Entrusted, Unlocked } from "../vault/unlocked.ts";
import { databasePath, type Surroundings } from "../vault/vault.ts";
import { gatherRestore, restoreApprovals } from "./gather-restore.ts";
import { type OpenedBackup, type OpeningProgress, openBackup } from "./open-backup.ts";
import type { PreparedRestore } from "./prepare-restore.ts";
import { type ProvedCiphertexts, proveCiphertexts } from "./prove-ciphertexts.ts";
import { vaultRestoreEntry } from "./restore-action.ts";
import { assertChainKnown } from "./restore-anchor.ts";
import { inScratch, install } from "./restore-target.ts";

/** No share is made. */
const NOTHING_ENTRUSTED: Entrusted = { custodianSeeds: new Map(), passphrases: new Map() };

/** A vault that was restored. */
export interface Restored {
  vault: string;
  name: string;
  path: string;
  epoch: string;
  genesis: string;
  hostKey: string;
  /** Id of the plan. */
  plan: string;
  /** Sequence of the entry that tells of it. */
  entry: number;
  proved: ProvedCiphertexts;
  /** Hash of that entry, if shares alone approved: a recovery, which `audit verify` names until it is accepted. */
  recovery: string | null;
  /** Signed head of the chain. */
  checkpoint: string;
}

/**
 * Gather the root quorum, open the backup, prove it, and install the vault, all at once: a failure leaves nothing.
 *
 * @param received approvals that came as files; none in the room
 * @throws ConclaveError of whatever refuses it
 */
export async function executeRestore(
  prepared: PreparedRestore,
  surroundings: Surroundings,
  interaction: Interaction,
  received?: Received,
  progress: OpeningProgress = {},
): Promise<Restored> {
  await assertReady(surroundings.warn);
  await interaction.showPlan(prepared.view);
  using gathered = new GatheredShares([prepared.quorum], { recoverable: true, carried: [] });
  const { clock, types } = surroundings;
  await gatherRestore(prepared, gathered, interaction, received, clock(), types);
  warnOfRecovery(surroundings, gathered);
  await interaction.confirm(undefined);
  const approvals = restoreApprovals(prepared, gathered, clock());
  return await foundingAlone(surroundings, () =>
    inScratch(prepared.path, (folder) => restoreInto(folder, prepared, surroundings, gathered, approvals, progress)),
  );
}

async function restoreInto(
  folder: string,
  prepared: PreparedRestore,
  surroundings: Surroundings,
  gathered: GatheredShares,
  approvals: readonly Approval[],
  progress: OpeningProgress,
): Promise<Restored> {
  const { file, plan, path, hostKey, anchor, parameters } = prepared;
  using owned = new DisposableStack();
  const keys = await unlockQuorums(plan.vault, gathered);
  for (const { key, backup } of keys) {
    owned.use(key);
    owned.use(backup);
  }
  const database = databasePath(folder);
  const told = await (async () => {
    const [key] = keys;
    if (key?.backup === undefined) throw new TypeError("a quorum key without backup identity");
    const opened = await openBackup(file, database, key.backup, surroundings.types, progress);
    await using storage = opened.storage;
    using unlocked = new Unlocked(opened.identity, storage, keys, NOTHING_ENTRUSTED);
    assertChainKnown(file.path, opened.chain, opened.identity, anchor, parameters.olderThanAnchor);
    const proved = await proveCiphertexts(unlocked, progress.proving);
    return { ...(await append(opened, prepared, surroundings, approvals)), proved };
  })();
  saveHostKey(folder, hostKey);
  const { chain, epoch, checkpoint, proved, manifests } = told;
  const head = { size: chain.size, root: chain.tree.root() };
  const { name } = file.head;
  const next: Anchor = {
    version: 1,
    vault: plan.vault,
    genesis: plan.genesis,
    epoch,
    hostKey: publicKeyOf(hostKey),
    role: "host",
    head,
    time: timestamp(chain.timeOf(chain.size)),
    verified: head,
    manifests,
    replaced: replacedBy(prepared),
    recoveries: anchor?.recoveries ?? [],
  };
  announceAnchor(surroundings.state, next);
  install(folder, path);
  adoptAnchor(surroundings.state, { id: plan.vault, epoch, hostKey: next.hostKey });
  return {
    vault: plan.vault,
    name,
    path,
    epoch,
    genesis: plan.genesis,
    hostKey: next.hostKey,
    plan: plan.id,
    entry: chain.size,
    proved,
    recovery: approvals.some(({ statement }) => statement.key === "share") ? chain.head : null,
    checkpoint,
  };
}

/** Append `vault.restore` in a new epoch, and sign the head with the new host key. */
async function append(
  { storage, chain, identity }: OpenedBackup,
  { plan, hostKey }: PreparedRestore,
  { clock }: Surroundings,
  approvals: readonly Approval[],
): Promise<{ chain: AuditChain; epoch: string; checkpoint: string; manifests: string[] }> {
  const epoch = randomUuid();
  const place = { vault: identity.id, epoch };
  const wraps = await pendingWraps(storage);
  const checkpoint = await storage.transaction(async (writer) => {
    const entry = { type: vaultRestoreEntry.type, data: { plan, approvals } };
    await chain.append(writer, place, timestamp(clock()), `plan:${plan.id}`, entry);
    for (const hash of wraps) await writer.remove("blobs", { hash });
    return chain.storeCheckpoint(writer, hostKey);
  });
  const generations = await Array.fromAsync(storage.rows("generations", { where: { state: "active" } }));
  return { chain, epoch, checkpoint, manifests: generations.map(({ manifestHash }) => manifestHash) };
}

/** Hashes of the wraps of generations that are pending: the restore cancels these. */
async function pendingWraps(reader: Reader): Promise<string[]> {
  const wraps: string[] = [];
  for await (const { quorum, generation } of reader.rows("generations", { where: { state: "pending" } }))
    for (const { blob } of await keksUnder(reader, quorum, generation)) wraps.push(blob);
  return wraps;
}

/** Hosts that this machine is never to obey again: those it knew before, and the one that made the backup. */
function replacedBy({ file, anchor }: PreparedRestore): Anchor["replaced"] {
  const { hostKey, epoch } = file.head;
  const all = [
    ...(anchor?.replaced ?? []),
    ...(anchor === undefined ? [] : [{ hostKey: anchor.hostKey, epoch: anchor.epoch }]),
    { hostKey, epoch },
  ];
  const distinct = new Map(all.map((pair) => [`${pair.hostKey} ${pair.epoch}`, pair]));
  if (distinct.size > LIMITS.remembered) throw new IntegrityError("anchor", "remembers too many hosts");
  return [...distinct.values()];
}
