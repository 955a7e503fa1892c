import { type KeyObject } from "node:crypto";
import { hostname } from "node:os";
import { basename } from "node:path";
import { timestamp } from "../clock.ts";
import { randomHex } from "../crypto/random.ts";
import { publicKeyOf } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import type { Anchor } from "../host/anchor.ts";
import { userName } from "../host/user.ts";
import { firstIssue } from "../json.ts";
import { shortened } from "../names.ts";
import { type Actions, bindAction } from "../quorum/action.ts";
import { type Plan, planSchema } from "../quorum/plan.ts";
import { AHEAD, type PlanFile } from "../quorum/plan-file.ts";
import { type PlanView, viewPlan } from "../quorum/plan-view.ts";
import { PLAN_LIFETIME } from "../quorum/prepare.ts";
import { RESTORE } from "../quorum/restore-plan.ts";
import type { NewSession } from "../quorum/session.ts";
import { describedGeneration, type QuorumGeneration } from "../quorum/state.ts";
import type { Surroundings } from "../vault/vault.ts";
import { backupError } from "./backup-error.ts";
import type { HashedBackup } from "./backup-file.ts";
import { checkpointOf } from "./head.ts";
import { type RestoreParameters, restoreParameters } from "./restore-action.ts";
import { assertHeadKnown } from "./restore-anchor.ts";
import { assertVacant } from "./restore-target.ts";

/** What somebody asks for. */
export interface RestoreRequest {
  file: HashedBackup;
  /** Where the vault is to be. */
  path: string;
  /** Key of this host in the vault to come. */
  hostKey: KeyObject;
  olderThanAnchor: boolean;
  reason: string;
  /** How long the plan can be executed, in milliseconds. */
  lifetime?: number;
  /** For approvals that travel; none for a plan that is approved in the room. */
  session?: NewSession;
  /** The script that it is a step of. */
  ceremony?: NonNullable<Plan["ceremony"]>;
}

/** A restore plan with what it binds to. Nothing was opened yet. */
export interface PreparedRestore {
  file: HashedBackup;
  path: string;
  hostKey: KeyObject;
  plan: Plan;
  parameters: RestoreParameters;
  quorum: QuorumGeneration;
  view: PlanView;
  /** What this machine remembers of the vault. */
  anchor: Anchor | undefined;
}

/**
 * Make a restore plan. Writes nothing.
 * @throws ConclaveError EXISTS there is something at the path; INTEGRITY another vault than this machine remembers, or an
 *   older state of it
 */
export function prepareRestore(
  request: RestoreRequest,
  catalogue: Actions,
  surroundings: Surroundings,
): PreparedRestore {
  const { file, reason, lifetime = PLAN_LIFETIME, session, olderThanAnchor, ceremony } = request;
  const { head } = file;
  const quorum = quorumOf(file);
  const now = surroundings.clock();
  const { size, root } = checkpointOf(head);
  const parameters: RestoreParameters = {
    file: {
      name: shortened(basename(file.path)),
      sha256: file.sha256,
      size: file.size,
    },
    made: head.time,
    from: head.hostKey,
    hostKey: publicKeyOf(request.hostKey),
    olderThanAnchor,
  };
  const { id, name, generation, manifestHash: manifest } = quorum;
  const plan: Plan = {
    type: "plan",
    version: 1,
    vault: head.vault,
    epoch: head.epoch,
    genesis: head.genesis,
    id: randomHex(16),
    quorums: [{ id, name, generation, manifest }],
    requester: userName(),
    host: hostname(),
    ...(ceremony !== undefined && { ceremony }),
    reason,
    created: timestamp(now),
    expires: timestamp(new Date(now.getTime() + lifetime)),
    head: { size, root },
    session: session === undefined ? null : { recipient: session.recipient, kept: session.kept },
    actions: [{ action: RESTORE, parameters }],
  };
  const parsed = planSchema.safeParse(plan);
  if (!parsed.success) throw new ConclaveError("USAGE", firstIssue(parsed.error.issues));
  return bind(
    { file, path: request.path, hostKey: request.hostKey, plan, parameters, quorum },
    catalogue,
    surroundings,
  );
}

/**
 * Take up a restore plan that this host made before.
 *
 * @param hostKey that was kept for it
 * @throws ConclaveError PLAN_INVALID naming what is wrong with it; and as `prepareRestore`
 */
export function prepareRestoreFile(
  { plan, hostKey: signer }: PlanFile,
  { file, path, hostKey }: Pick<RestoreRequest, "file" | "path" | "hostKey">,
  catalogue: Actions,
  surroundings: Surroundings,
): PreparedRestore {
  const parameters = restoreParameters(plan, refuse);
  const { head } = file;
  const { size, root } = checkpointOf(head);
  const quorum = quorumOf(file);
  const now = surroundings.clock();
  if (signer !== publicKeyOf(hostKey) || parameters.hostKey !== signer) throw refuse("was not made on this host");
  if (parameters.file.sha256 !== file.sha256)
    throw refuse(`is for another backup: ${parameters.file.name}, SHA-256 ${parameters.file.sha256}`);
  const same =
    plan.vault === head.vault &&
    plan.epoch === head.epoch &&
    plan.genesis === head.genesis &&
    plan.head.size === size &&
    plan.head.root === root &&
    parameters.from === head.hostKey &&
    plan.quorums.length === 1 &&
    plan.quorums[0]?.manifest === quorum.manifestHash;
  if (!same) throw refuse("says otherwise than the backup's head");
  if (Date.parse(plan.created) > now.getTime() + AHEAD)
    throw refuse(`was made at ${plan.created}, ahead of this host's clock`);
  if (Date.parse(plan.expires) <= now.getTime()) throw refuse(`expired at ${plan.expires}`);
  return bind({ file, path, hostKey, plan, parameters, quorum }, catalogue, surroundings);
}

/** The quorum that opens a backup, as its head tells it. */
function quorumOf({ head, path }: HashedBackup): QuorumGeneration {
  return describedGeneration(head.manifest, head.handovers, (problem) => backupError(path, `head: ${problem}`));
}

function bind(
  prepared: Omit<PreparedRestore, "view" | "anchor">,
  catalogue: Actions,
  { state }: Surroundings,
): PreparedRestore {
  const { plan, parameters, quorum, file, path } = prepared;
  assertVacant(path);
  const anchor = assertHeadKnown(file, state, parameters.olderThanAnchor);
  const actions = plan.actions.map((planned) => bindAction(catalogue, planned, refuse));
  return { ...prepared, view: viewPlan(plan, actions, [quorum]), anchor };
}

function refuse(problem: string): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `the plan ${problem}`, {
    suggestions: ["Make the plan anew: conclave restore FILE --plan-out PLAN"],
  });
}
