import { hostname, userInfo } from "node:os";
import { fromHex } from "../bytes.ts";
import { HOUR, MINUTE, timestamp } from "../clock.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { randomHex } from "../crypto/random.ts";
import { ConclaveError, type ErrorCode, IntegrityError, isConclaveError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { combineShares } from "../share/shamir.ts";
import type { Reader } from "../storage/storage.ts";
import { quorumCommitment, quorumKey } from "../vault/hierarchy.ts";
import { assertReady } from "../vault/ready.ts";
import { type QuorumKey, Unlocked } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import { type Actions, type BoundAction, bindAction, type PlannedAction } from "./action.ts";
import { type Approval, signApproval } from "./approval.ts";
import { type GatheredShares, gatherShares } from "./gather.ts";
import type { Interaction } from "./interaction.ts";
import { type Plan, planDigest, planSchema } from "./plan.ts";
import { type PlanView, viewPlan } from "./plan-view.ts";
import { type QuorumGeneration, quorumInForce } from "./state.ts";

const PLAN_LIFETIME = 24 * HOUR;
/** How far the clock may lie behind the last approved entry. */
const CLOCK_TOLERANCE = 2 * MINUTE;

/** What a requester asks for. */
export interface Request {
  actions: readonly PlannedAction[];
  reason: string;
}

/** A plan with what it binds to, as the vault stood when it was made. */
export interface PreparedPlan {
  plan: Plan;
  actions: readonly BoundAction[];
  quorums: readonly QuorumGeneration[];
  view: PlanView;
  /** Why it would be refused as things stand, if it would. */
  objection: ConclaveError | undefined;
}

/** What came of an executed plan. */
export interface Executed {
  plan: string;
  /** Sequences of its entries: `plan.execute`, then each action's. */
  entries: number[];
  /** Data of each action's entry. */
  effects: Record<string, unknown>[];
}

/**
 * Make a plan over the verified chain. Writes nothing.
 * @throws ConclaveError INTEGRITY; REFUSED while a quorum is pending; USAGE for a reason or parameter that is too long
 */
export async function preparePlan(vault: Vault, catalogue: Actions, request: Request): Promise<PreparedPlan> {
  const chain = await vault.verify();
  const state = vault.reader;
  const actions = request.actions.map((planned) =>
    bindAction(catalogue, planned, (problem) => new ConclaveError("USAGE", problem)),
  );
  const ids = new Set((await Promise.all(actions.map((action) => action.quorums(state)))).flat());
  const quorums = await Promise.all([...ids].map((id) => quorumInForce(state, id)));
  const { id, epoch, genesis } = vault.identity;
  const now = vault.clock();
  const plan: Plan = {
    type: "plan",
    version: 1,
    vault: id,
    epoch,
    genesis,
    id: randomHex(16),
    quorums: quorums.map((quorum) => ({
      id: quorum.id,
      name: quorum.name,
      generation: quorum.generation,
      manifest: quorum.manifestHash,
    })),
    requester: userInfo().username,
    host: hostname(),
    reason: request.reason,
    created: timestamp(now),
    expires: timestamp(new Date(now.getTime() + PLAN_LIFETIME)),
    head: { size: chain.size, root: chain.tree.root() },
    session: null,
    actions: actions.map(({ name, parameters }) => ({ action: name, parameters })),
  };
  const parsed = planSchema.safeParse(plan);
  if (!parsed.success) throw new ConclaveError("USAGE", firstIssue(parsed.error.issues));
  const view = await viewPlan(plan, actions, quorums, state);
  return { plan, actions, quorums, view, objection: await objectionOf(actions, state) };
}

/**
 * Gather the quorums of a prepared plan and execute it, in one transaction. A refusal leaves the vault
 * as it was, but for one `plan.refuse` entry that says so.
 */
export async function executePlan(vault: Vault, prepared: PreparedPlan, interaction: Interaction): Promise<Executed> {
  await assertReady();
  try {
    if (prepared.objection !== undefined) throw prepared.objection;
    await interaction.showPlan(prepared.view);
    const { id, genesis, rehearsal } = vault.identity;
    using gathered = await gatherShares({ id, genesis, rehearsal: rehearsal === 1 }, prepared.quorums, interaction);
    await interaction.confirm(confirmationOf(prepared.actions));
    const approvals = approve(vault, prepared.plan, gathered);
    return await executeApproved(vault, prepared, approvals, gathered);
  } catch (error) {
    await recordRefusal(vault, prepared, error);
    throw error;
  }
}

async function objectionOf(actions: readonly BoundAction[], state: Reader): Promise<ConclaveError | undefined> {
  try {
    for (const action of actions) await action.check(state);
    return undefined;
  } catch (error) {
    if (isConclaveError(error)) return error;
    throw error;
  }
}

/** The approvals of people in the room: their keys are opened on the host, and the approvals say so. */
function approve(vault: Vault, plan: Plan, gathered: GatheredShares): Approval[] {
  const anchor = vault.anchor();
  const digest = planDigest(plan);
  return gathered.quorums.flatMap((quorum) =>
    gathered.of(quorum).map(({ seat, custodianKey }) => {
      if (custodianKey === undefined) throw new TypeError("an approval without a custodian key");
      return signApproval(
        {
          type: "approval",
          version: 1,
          vault: plan.vault,
          epoch: plan.epoch,
          plan: digest,
          custodian: seat.name,
          quorum: quorum.id,
          generation: quorum.generation,
          key: "custodian",
          at: "host",
          time: timestamp(vault.clock()),
          seen: anchor === undefined ? null : anchor.head,
          sealed: null,
        },
        custodianKey,
      );
    }),
  );
}

async function executeApproved(
  vault: Vault,
  { plan, actions }: PreparedPlan,
  approvals: readonly Approval[],
  gathered: GatheredShares,
): Promise<Executed> {
  return vault.act(async ({ writer, chain }) => {
    using unlocked = new Unlocked(plan.vault, writer, await unlockQuorums(plan.vault, gathered));
    const place = { vault: plan.vault, epoch: plan.epoch };
    const time = timestamp(await approvedTime(vault, writer, (sequence) => chain.timeOf(sequence)));
    if (time > plan.expires) {
      throw new ConclaveError("PLAN_INVALID", `the plan expired at ${plan.expires}`, {
        suggestions: ["Run the command again: it makes a new plan"],
      });
    }
    const actor = `plan:${plan.id}`;
    const entries = [
      await chain.append(writer, place, time, actor, { type: "plan.execute", data: { plan, approvals } }),
    ];
    const effects: Record<string, unknown>[] = [];
    for (const [index, action] of actions.entries()) {
      await action.check(writer);
      const effect = await action.execute(unlocked);
      for (const blob of effect.blobs) await writer.insert("blobs", blob);
      const data = { plan: plan.id, action: index, ...effect.data };
      entries.push(await chain.append(writer, place, time, actor, { type: action.name, data }));
      effects.push(data);
    }
    return { plan: plan.id, entries, effects };
  });
}

/** Rebuild each quorum's secret, recognise it by its commitment, and derive its key. */
async function unlockQuorums(vault: string, gathered: GatheredShares): Promise<QuorumKey[]> {
  using owned = new DisposableStack();
  const keys: QuorumKey[] = [];
  for (const quorum of gathered.quorums) {
    const { id, generation, manifest, manifestHash } = quorum;
    const shares = gathered.of(quorum).map(({ share }) => share);
    using secret = await combineShares(shares, manifest.threshold);
    const place = { vault, quorum: id, generation };
    if (!equalBytes(fromHex(quorumCommitment(secret, place)), fromHex(manifest.commitment))) {
      throw new IntegrityError(
        `quorum ${quorum.name}`,
        "its shares, each intact, rebuild another secret than the manifest commits to",
      );
    }
    keys.push({ quorum: id, generation, key: owned.use(quorumKey(secret, manifestHash, place)) });
  }
  owned.move();
  return keys;
}

/**
 * The time of an approved act: never before that of the last one.
 * @throws ConclaveError HOST_PREFLIGHT if the clock went back by more than it may
 */
async function approvedTime(vault: Vault, state: Reader, timeOf: (sequence: number) => Date): Promise<Date> {
  let last: number | undefined;
  for await (const { executed } of state.rows("plans")) last = Math.max(last ?? 0, executed);
  const now = vault.clock();
  if (last === undefined) return now;
  const floor = timeOf(last);
  if (now >= floor) return now;
  if (floor.getTime() - now.getTime() <= CLOCK_TOLERANCE) return floor;
  throw new ConclaveError(
    "HOST_PREFLIGHT",
    `the clock says ${timestamp(now)}, the last approved act was at ${timestamp(floor)}`,
    {
      suggestions: ["Set the host's clock"],
    },
  );
}

function confirmationOf(actions: readonly BoundAction[]): string | undefined {
  return actions.map((action) => action.confirmation()).find((text) => text !== undefined);
}

/** Refusals that leave no entry: the vault can't be written, or must not be. */
const WITHOUT_ENTRY: readonly ErrorCode[] = ["INTEGRITY", "BUSY", "HOST_IO", "HOST_PREFLIGHT"];

async function recordRefusal(vault: Vault, { plan }: PreparedPlan, error: unknown): Promise<void> {
  if (!isConclaveError(error) || WITHOUT_ENTRY.includes(error.code)) return;
  const data = {
    plan: plan.id,
    digest: planDigest(plan),
    actions: plan.actions.map(({ action }) => action),
    code: error.code,
    message: error.message.slice(0, 2 * LIMITS.textLength).toWellFormed(),
  };
  await vault.actLocked(async ({ writer, chain }) => {
    const place = { vault: plan.vault, epoch: plan.epoch };
    await chain.append(writer, place, timestamp(vault.clock()), `${plan.requester}@${plan.host}`, {
      type: "plan.refuse",
      data,
    });
  });
}
