import { AuditChain, type EntryTypes } from "../audit/chain.ts";
import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { type Approval, signApproval } from "../quorum/approval.ts";
import type { Received } from "../quorum/execute.ts";
import { gatherShares } from "../quorum/gather.ts";
import type { GatheredShares } from "../quorum/gathered-shares.ts";
import type { Interaction } from "../quorum/interaction.ts";
import { planDigest } from "../quorum/plan.ts";
import { receiveApprovals } from "../quorum/receive.ts";
import type { PreparedRestore } from "./prepare-restore.ts";

/**
 * Gather the root quorum for a restore, from approvals that came as files and from people.
 *
 * @param gathered is added to
 * @throws ConclaveError APPROVAL_INVALID, SHARE_*; WAITING_FOR_PEOPLE, QUORUM_NOT_MET: too few
 */
export async function gatherRestore(
  { plan, quorum }: PreparedRestore,
  gathered: GatheredShares,
  interaction: Interaction,
  received: Received | undefined,
  now: Date,
  types: EntryTypes,
): Promise<void> {
  const place = { id: plan.vault, genesis: plan.genesis, rehearsal: quorum.manifest.rehearsal };
  if (received !== undefined && received.approvals.length > 0) {
    // Nobody has seen anything of the vault that is to come: an approval that says so is of another plan.
    const chain = new AuditChain(types);
    const identity = await received.identity();
    await receiveApprovals(
      received.approvals,
      { plan, vault: place, chain, now, recoverable: true, identity },
      gathered,
    );
    const last = gathered.all.at(-1);
    if (last !== undefined) await interaction.shareAccepted(last.seat.name, gathered.progress());
  }
  const fromFiles = gathered.all.length;
  await gatherShares(place, gathered, interaction);
  const [progress] = gathered.progress();
  const tooFew = progress !== undefined && progress.present.length < progress.threshold;
  if (tooFew && received !== undefined && gathered.all.length === fromFiles) {
    const { present, threshold, missing } = progress;
    const names = present.length === 0 ? "" : ` (${present.join(", ")})`;
    const problem = `quorum ${quorum.name}: ${present.length} of ${threshold} approvals${names}`;
    throw new ConclaveError("WAITING_FOR_PEOPLE", problem, {
      suggestions: [`Wait for ${threshold - present.length} more, each of one of: ${missing.join(", ")}`],
    });
  }
  gathered.assertMet();
}

/**
 * The approvals of all: those that came as files, and of people in the room, whose keys are open on this host. A share
 * alone approves too: the restore is a recovery then.
 */
export function restoreApprovals({ plan, quorum }: PreparedRestore, gathered: GatheredShares, now: Date): Approval[] {
  return gathered.of(quorum).map(({ seat, custodianKey, shareKey, approval }) => {
    if (approval !== undefined) return approval;
    return signApproval(
      {
        type: "approval",
        version: 1,
        vault: plan.vault,
        epoch: plan.epoch,
        plan: planDigest(plan),
        custodian: seat.name,
        quorum: quorum.id,
        generation: quorum.generation,
        key: custodianKey === undefined ? "share" : "custodian",
        at: "host",
        time: timestamp(now),
        seen: null,
        sealed: null,
      },
      custodianKey ?? shareKey,
    );
  });
}
