import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { assertAbsent } from "../host/checked-file.ts";
import type { Secret } from "../secret.ts";
import { assertReady } from "../vault/ready.ts";
import { settleOutputs } from "../vault/settle-outputs.ts";
import type { Entrusted, GivenSecrets } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import { type Actions, type BoundAction, joinConfirmations } from "./action.ts";
import { type Approval, signApproval } from "./approval.ts";
import { type Executed, executeApproved } from "./execute-approved.ts";
import { gatherShares } from "./gather.ts";
import { GatheredShares, type GatheringRules } from "./gathered-shares.ts";
import type { Interaction } from "./interaction.ts";
import { closePlan } from "./open-plans.ts";
import { type Plan, planDigest } from "./plan.ts";
import type { PlanFile } from "./plan-file.ts";
import { type PreparedPlan, preparePlanFile } from "./prepare.ts";
import { type ReceivedApproval, receiveApprovals } from "./receive.ts";
import { recordRefusal } from "./refusal.ts";
import type { VaultPlace } from "./verify-share.ts";

/** Approvals that came as files, and how to open the shares in them. */
export interface Received {
  approvals: readonly ReceivedApproval[];
  /** Identity of the plan's session; asked for only if there are approvals. */
  identity(): Promise<string>;
}

/** Asks for the secrets that a plan commits to, once its quorums have approved it; they stay their owner's. */
export type SecretSource = () => Promise<GivenSecrets>;

/**
 * Gather the quorums of a prepared plan, from approvals that came as files and from people, and execute
 * it in one transaction. A refusal leaves the vault as it was, but for one `plan.refuse` entry that says so.
 *
 * @throws ConclaveError of whatever refuses it; WAITING_FOR_PEOPLE if good approvals are too few and nobody is asked
 */
export async function executePlan(
  vault: Vault,
  prepared: PreparedPlan,
  interaction: Interaction,
  received?: Received,
  secrets?: SecretSource,
): Promise<Executed> {
  await assertReady(vault.warn);
  await settleOutputs(vault);
  const destination = vault.streams?.destination;
  if (destination !== undefined && "file" in destination) assertAbsent(destination.file); // it may be what was settled
  const executed = await attempt(vault, prepared, interaction, received, secrets);
  if (prepared.plan.session !== null) closePlan(vault, prepared.plan.id);
  return executed;
}

/**
 * Take up a plan file that this host wrote, and execute it as `executePlan` does. That it is refused is
 * recorded, whatever refuses it.
 *
 * @throws ConclaveError PLAN_INVALID, APPROVAL_INVALID, and of whatever else refuses it
 */
export async function executePlanFile(
  vault: Vault,
  catalogue: Actions,
  file: PlanFile,
  interaction: Interaction,
  received: Received,
  secrets?: SecretSource,
): Promise<Executed> {
  return executePlan(vault, await prepareOrRefuse(vault, catalogue, file), interaction, received, secrets);
}

async function prepareOrRefuse(vault: Vault, catalogue: Actions, file: PlanFile): Promise<PreparedPlan> {
  try {
    return await preparePlanFile(vault, catalogue, file);
  } catch (error) {
    await recordRefusal(vault, file.plan, error);
    throw error;
  }
}

async function attempt(
  vault: Vault,
  prepared: PreparedPlan,
  interaction: Interaction,
  received: Received | undefined,
  secrets: SecretSource | undefined,
): Promise<Executed> {
  try {
    if (prepared.objection !== undefined) throw prepared.objection;
    await interaction.showPlan(prepared.view);
    using gathered = new GatheredShares(prepared.quorums, rulesOf(prepared.actions));
    await gather(vault, prepared, interaction, received, gathered);
    warnOfRecovery(vault, gathered);
    const given = await secrets?.();
    await interaction.confirm(confirmationOf(prepared.actions));
    const entrusted = await entrust(prepared.actions, gathered, interaction);
    const approvals = approve(vault, prepared.plan, gathered);
    return await executeApproved(vault, prepared, approvals, gathered, { entrusted, secrets: given });
  } catch (error) {
    await recordRefusal(vault, prepared.plan, error);
    throw error;
  }
}

async function gather(
  vault: Vault,
  { plan }: PreparedPlan,
  interaction: Interaction,
  received: Received | undefined,
  gathered: GatheredShares,
): Promise<void> {
  const { id, genesis, rehearsal } = vault.identity;
  const place: VaultPlace = { id, genesis, rehearsal: rehearsal === 1 };
  if (received !== undefined && received.approvals.length > 0) {
    const chain = await vault.verify();
    const { recoverable } = gathered.rules;
    const identity = await received.identity();
    const reception = { plan, vault: place, chain, now: vault.clock(), recoverable, identity };
    await receiveApprovals(received.approvals, reception, gathered);
    const last = gathered.all.at(-1);
    if (last !== undefined) await interaction.shareAccepted(last.seat.name, gathered.progress());
  }
  const fromFiles = gathered.all.length;
  await gatherShares(place, gathered, interaction);
  for (const { quorum, present, threshold, missing } of gathered.progress()) {
    if (present.length >= threshold || gathered.all.length > fromFiles || received === undefined) continue;
    const names = present.length === 0 ? "" : ` (${present.join(", ")})`;
    throw new ConclaveError(
      "WAITING_FOR_PEOPLE",
      `quorum ${quorum}: ${present.length} of ${threshold} approvals${names}`,
      {
        suggestions: [`Wait for ${threshold - present.length} more, each of one of: ${missing.join(", ")}`],
      },
    );
  }
  gathered.assertMet();
}

/** The approvals of all: those that came as files, and of people in the room, whose keys are open on the host, as theirs say. */
function approve(vault: Vault, plan: Plan, gathered: GatheredShares): Approval[] {
  const seen = vault.anchor()?.head ?? null;
  const time = timestamp(vault.clock());
  const digest = planDigest(plan);
  return gathered.quorums.flatMap((quorum) =>
    gathered.of(quorum).map(({ seat, custodianKey, shareKey, approval }) => {
      if (approval !== undefined) return approval;
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
          key: custodianKey === undefined ? "share" : "custodian",
          at: "host",
          time,
          seen,
          sealed: null,
        },
        custodianKey ?? shareKey,
      );
    }),
  );
}

/** Say so before an act that shares alone approve. */
export function warnOfRecovery(
  { warn }: { warn?: ((message: string) => void) | undefined },
  gathered: GatheredShares,
): void {
  const alone = gathered.all.filter(({ custodianKey, approval }) =>
    approval === undefined ? custodianKey === undefined : approval.statement.key === "share",
  );
  if (alone.length === 0) return;
  const names = alone.map(({ seat }) => seat.name).join(", ");
  warn?.(`shares alone approve (${names}): the act becomes a recovery, and audit verify names it until it is accepted`);
}

/** What people at the host give to what the act makes: custodian keys that go over, then new passphrases. */
async function entrust(
  actions: readonly BoundAction[],
  gathered: GatheredShares,
  interaction: Interaction,
): Promise<Entrusted> {
  const shares = actions.flatMap((action) => action.newShares());
  const custodianSeeds = new Map<string, Secret>();
  for (const { custodian, carried } of shares) {
    if (carried !== null) custodianSeeds.set(custodian, gathered.seedOf(custodian, carried));
  }
  const passphrases = new Map<string, string>();
  for (const { custodian } of shares) passphrases.set(custodian, await interaction.newPassphrase(custodian, "share"));
  const exportPassphrases = new Map<string, string>();
  for (const name of new Set(actions.flatMap((action) => action.newPassphrase() ?? [])))
    exportPassphrases.set(name, await interaction.newPassphrase(name, "exported key"));
  return { custodianSeeds, passphrases, exportPassphrases };
}

function rulesOf(actions: readonly BoundAction[]): GatheringRules {
  return {
    recoverable: actions.every(({ recoverable }) => recoverable),
    carried: actions.flatMap((action) => action.newShares().flatMap(({ carried }) => carried ?? [])),
    named: actions.flatMap((action) => action.approvers()),
  };
}

/** Names that must be typed, all of them if they are few. */
function confirmationOf(actions: readonly BoundAction[]): string | undefined {
  return joinConfirmations(actions.map((action) => action.confirmation()));
}
