import type { KeyObject } from "node:crypto";
import type { AuditChain } from "../src/lib/audit/chain.ts";
import { ACTIONS } from "../src/lib/catalogue.ts";
import { timestamp } from "../src/lib/clock.ts";
import { randomHex } from "../src/lib/crypto/random.ts";
import { signingKey } from "../src/lib/crypto/signature.ts";
import { bindAction, type PlannedAction } from "../src/lib/quorum/action.ts";
import { type Approval, signApproval } from "../src/lib/quorum/approval.ts";
import { type Plan, planDigest } from "../src/lib/quorum/plan.ts";
import { type QuorumGeneration, quorumInForce, rootQuorum } from "../src/lib/quorum/state.ts";
import { combineShares } from "../src/lib/share/shamir.ts";
import type { Writer } from "../src/lib/storage/storage.ts";
import { quorumKey } from "../src/lib/vault/hierarchy.ts";
import { type Entrusted, Unlocked } from "../src/lib/vault/unlocked.ts";
import type { Vault } from "../src/lib/vault/vault.ts";
import { create, createKeyring, move, together } from "../test/support/key-acts.ts";
import { foundVault, type MadeVault, type Planner } from "../test/support/vault.ts";

/** No act here makes shares. */
const NOTHING: Entrusted = { custodianSeeds: new Map(), passphrases: new Map() };

/** Who approves all plans. */
const APPROVERS = ["alice", "bob"];
/** Keys made by one plan, the most that it takes. */
const KEYS_IN_A_PLAN = 1000;

/** A vault with many keys: a thousandth of them in another keyring, tagged otherwise, pre-active, soon due, suspended. */
export async function largeVault(keys: number): Promise<MadeVault> {
  const made = await foundVault();
  await made.perform(createKeyring("small"));
  const planners = Array.from({ length: keys / KEYS_IN_A_PLAN }, (_, plan) =>
    together(...Array.from({ length: KEYS_IN_A_PLAN }, (_, i) => createNth(plan, i))),
  );
  await executeMany(made, planners);
  const suspended = Array.from(planners, (_, plan) => move("suspend", nameOf(plan, 5)));
  await executeMany(made, [together(...suspended)]);
  return made;
}

/** A vault in which each of many keys was made by a plan of its own. */
export async function vaultOfSinglePlans(keys: number): Promise<MadeVault> {
  const made = await foundVault();
  await executeMany(
    made,
    Array.from({ length: keys }, (_, i) => create(`key-${i}`)),
  );
  return made;
}

function createNth(plan: number, i: number): Planner {
  return create(nameOf(plan, i), {
    keyring: i === 1 ? "small" : "default",
    tag: [`env=${i % 2 === 0 ? "prod" : "test"}`, ...(i === 2 ? ["owner=finance"] : [])],
    preActive: i === 3,
    cryptoperiod: i === 4 ? "1d" : "1y",
  });
}

function nameOf(plan: number, i: number): string {
  return `key-${plan}-${i}`;
}

/** What goes on inside the one transaction of `executeMany`. */
export interface Watch {
  /** Called when the chain is verified and the act begins. */
  begins?: () => void;
  /** See `Unlocked.progress`. */
  progress?: (done: number, total: number) => void;
}

/**
 * Execute many plans in one transaction, each approved by alice and bob: what `executePlan` would do one by one,
 * verifying the whole chain before each.
 */
export async function executeMany(made: MadeVault, planners: Iterable<Planner>, watch: Watch = {}): Promise<void> {
  await using vault = await made.open();
  using owned = new DisposableStack();
  const documents = await Promise.all(APPROVERS.map(async (name) => owned.use(await made.document(name))));
  const quorum = await quorumInForce(vault.reader, (await rootQuorum(vault.reader)).id);
  const { id, generation, manifest, manifestHash } = quorum;
  using secret = await combineShares(
    documents.map(({ record }) => record.share),
    manifest.threshold,
  );
  const place = { vault: vault.identity.id, quorum: id, generation };
  const custodians = documents.map(({ custodianSeed }, i): Custodian => {
    if (custodianSeed === undefined) throw new TypeError("a share file without custodian key");
    return { name: APPROVERS[i] ?? "", key: signingKey(custodianSeed) };
  });
  await vault.act(async ({ writer, chain }) => {
    watch.begins?.();
    const key = quorumKey(secret, manifestHash, place);
    using unlocked = new Unlocked(vault.identity, writer, [{ quorum: id, generation, key }], NOTHING, watch.progress);
    for (const planner of planners) {
      const plan = newPlan(vault, chain, quorum, await planner(vault));
      await execute({ writer, chain, unlocked, plan, approvals: approve(plan, quorum, custodians) });
    }
  });
}

interface Custodian {
  name: string;
  key: KeyObject;
}

interface ApprovedPlan {
  writer: Writer;
  chain: AuditChain;
  unlocked: Unlocked;
  plan: Plan;
  approvals: readonly Approval[];
}

async function execute({ writer, chain, unlocked, plan, approvals }: ApprovedPlan): Promise<void> {
  const append = (type: string, data: Record<string, unknown>) =>
    chain.append(writer, { vault: plan.vault, epoch: plan.epoch }, plan.created, `plan:${plan.id}`, { type, data });
  await append("plan.execute", { plan, approvals });
  for (const [index, planned] of plan.actions.entries()) {
    const action = bindAction(ACTIONS, planned, (problem) => new TypeError(problem));
    await action.check(writer, plan.created);
    for await (const effect of action.execute(unlocked, plan.created)) {
      for (const blob of effect.blobs ?? []) await writer.insert("blobs", blob);
      await append(action.name, { plan: plan.id, action: index, ...effect.data });
      for (const hash of effect.removed ?? []) await writer.remove("blobs", { hash });
    }
  }
}

function approve(plan: Plan, { id, generation }: QuorumGeneration, custodians: readonly Custodian[]): Approval[] {
  const digest = planDigest(plan);
  return custodians.map(({ name, key }) =>
    signApproval(
      {
        type: "approval",
        version: 1,
        vault: plan.vault,
        epoch: plan.epoch,
        plan: digest,
        custodian: name,
        quorum: id,
        generation,
        key: "custodian",
        at: "host",
        time: plan.created,
        seen: plan.head,
        sealed: null,
      },
      key,
    ),
  );
}

function newPlan(
  vault: Vault,
  chain: AuditChain,
  { id, name, generation, manifestHash }: QuorumGeneration,
  actions: readonly PlannedAction[],
): Plan {
  const now = vault.clock();
  return {
    type: "plan",
    version: 1,
    vault: vault.identity.id,
    epoch: vault.identity.epoch,
    genesis: vault.identity.genesis,
    id: randomHex(16),
    quorums: [{ id, name, generation, manifest: manifestHash }],
    requester: "bench",
    host: "bench",
    reason: "bench",
    created: timestamp(now),
    expires: timestamp(new Date(now.getTime() + 3_600_000)),
    head: { size: chain.size, root: chain.tree.root() },
    session: null,
    actions: [...actions],
  };
}
