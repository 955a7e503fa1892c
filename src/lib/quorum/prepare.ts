import { hostname } from "node:os";
import type { AuditChain } from "../audit/chain.ts";
import { HOUR, timestamp } from "../clock.ts";
import { randomHex } from "../crypto/random.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { userName } from "../host/user.ts";
import { firstIssue } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { Vault } from "../vault/vault.ts";
import { type Actions, type BoundAction, bindAction, type PlannedAction } from "./action.ts";
import { approvedTime } from "./approved-time.ts";
import { isClockAccept } from "./clock-accept.ts";
import { type Plan, planSchema } from "./plan.ts";
import { AHEAD, type PlanFile } from "./plan-file.ts";
import { type PlanView, viewPlan } from "./plan-view.ts";
import type { NewSession } from "./session.ts";
import { type QuorumGeneration, quorumInForce } from "./state.ts";

/** Life of a plan unless another is asked for. */
export const PLAN_LIFETIME = 24 * HOUR;

/** What a requester asks for. */
export interface Request {
  actions: readonly PlannedAction[];
  reason: string;
  /** How long the plan can be executed, in milliseconds. */
  lifetime?: number;
  /** For approvals that travel; none for a plan that is approved in the room. */
  session?: NewSession;
  /** The script of whose acts the plan is. */
  ceremony?: NonNullable<Plan["ceremony"]>;
}

/** A plan with what it binds to, as the vault stood when it was looked at. */
export interface PreparedPlan {
  plan: Plan;
  actions: readonly BoundAction[];
  quorums: readonly QuorumGeneration[];
  view: PlanView;
  /** Why it would be refused as things stand, if it would. */
  objection: ConclaveError | undefined;
}

/**
 * Make a plan over the verified chain. Writes nothing.
 * @throws ConclaveError INTEGRITY; REFUSED while a quorum is pending
 */
export async function preparePlan(vault: Vault, catalogue: Actions, request: Request): Promise<PreparedPlan> {
  const chain = await vault.verify();
  const state = vault.reader;
  const actions = request.actions.map((planned) =>
    bindAction(catalogue, planned, (problem) => new ConclaveError("USAGE", problem)),
  );
  const ids = new Set((await Promise.all(actions.map((action) => action.quorums(state)))).flat());
  const quorums = await Promise.all([...ids].map((id) => quorumInForce(state, id)));
  const plan = newPlan(vault, chain, request, actions, quorums);
  const parsed = planSchema.safeParse(plan);
  if (!parsed.success) throw new ConclaveError("USAGE", firstIssue(parsed.error.issues));
  return {
    plan,
    actions,
    quorums,
    view: viewPlan(plan, actions, quorums),
    objection: await objectionOf(vault, chain, plan, actions),
  };
}

/**
 * Take up a plan that this host made before, over the verified chain. Writes nothing.
 * @throws ConclaveError PLAN_INVALID naming what is wrong with it; INTEGRITY
 */
export async function preparePlanFile(vault: Vault, catalogue: Actions, file: PlanFile): Promise<PreparedPlan> {
  const { plan, hostKey } = file;
  const { identity, clock } = vault;
  if (plan.vault !== identity.id || plan.genesis !== identity.genesis)
    throw refuse(`is of another vault (${plan.vault})`);
  if (plan.epoch !== identity.epoch) throw refuse("is of another epoch");
  if (hostKey !== identity.hostKey) throw refuse("was not signed by this host");
  if (Date.parse(plan.created) > clock().getTime() + AHEAD)
    throw refuse(`was made at ${plan.created}, ahead of this host's clock`);

  const chain = await vault.verify();
  await assertOpen(vault.reader, plan, clock());
  if (plan.head.size > chain.size || chain.tree.root(plan.head.size) !== plan.head.root) {
    throw refuse(`saw another chain of ${plan.head.size} entries`);
  }
  const state = vault.reader;
  const actions = plan.actions.map((planned) => bindAction(catalogue, planned, (problem) => refuse(problem)));
  const quorums = await Promise.all(plan.quorums.map(({ id }) => quorumInForce(state, id)));
  for (const [i, quorum] of quorums.entries()) {
    if (quorum.manifestHash !== plan.quorums[i]?.manifest)
      throw refuse(`is for another generation of quorum ${quorum.name}`);
  }
  const objection = await objectionOf(vault, chain, plan, actions);
  if (objection !== undefined) await assertOpen(vault.reader, plan, clock()); // it may be what the plan itself just did
  return { plan, actions, quorums, view: viewPlan(plan, actions, quorums), objection };
}

/** @throws ConclaveError PLAN_INVALID if the plan was executed or cancelled, by itself or with all others, or expired */
export async function assertOpen(state: Reader, plan: Plan, now: Date): Promise<void> {
  const used = await state.find("plans", { id: plan.id });
  if (used !== undefined) {
    const { outcome, sequence } = used;
    throw refuse(`was ${outcome} at entry ${sequence}`, `Look at it: conclave audit show ${sequence}`);
  }
  const accepted = (await state.find("vault", {}))?.clockAccepted ?? 0;
  if (plan.head.size < accepted) throw refuse(`was cancelled at entry ${accepted}, when the clock was accepted`);
  if (Date.parse(plan.expires) <= now.getTime()) throw refuse(`expired at ${plan.expires}`);
}

function newPlan(
  vault: Vault,
  chain: AuditChain,
  { reason, lifetime = PLAN_LIFETIME, session, ceremony }: Request,
  actions: readonly BoundAction[],
  quorums: readonly QuorumGeneration[],
): Plan {
  const { id, epoch, genesis } = vault.identity;
  const now = vault.clock();
  return {
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
    requester: userName(),
    host: hostname(),
    ...(ceremony !== undefined && { ceremony }),
    reason,
    created: timestamp(now),
    expires: timestamp(new Date(now.getTime() + lifetime)),
    head: { size: chain.size, root: chain.tree.root() },
    session: session === undefined ? null : { recipient: session.recipient, kept: session.kept },
    actions: actions.map(({ name, parameters }) => ({ action: name, parameters })),
  };
}

async function objectionOf(
  { reader, clock }: Vault,
  chain: AuditChain,
  plan: Plan,
  actions: readonly BoundAction[],
): Promise<ConclaveError | undefined> {
  try {
    const timeOf = (sequence: number) => chain.timeOf(Math.min(sequence, chain.size)); // others may act meanwhile
    const now = isClockAccept(plan) ? clock() : await approvedTime(clock(), reader, timeOf);
    for (const [i, action] of actions.entries()) await action.check(reader, timestamp(now), plan.actions.slice(0, i));
    return undefined;
  } catch (error) {
    if (isConclaveError(error)) return error;
    throw error;
  }
}

function refuse(problem: string, suggestion = "Make the plan anew, and ask for new approvals"): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `the plan ${problem}`, { suggestions: [suggestion] });
}
