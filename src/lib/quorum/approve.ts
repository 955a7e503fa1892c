import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { type Anchor, loadAnchor } from "../host/anchor.ts";
import { type Approval, signApproval } from "./approval.ts";
import { sealedHash, sealShare, writeApprovalFile } from "./approval-file.ts";
import { acceptHost, acceptRestore } from "./desk.ts";
import type { PresentedShare } from "./interaction.ts";
import { planDigest } from "./plan.ts";
import { type PlanFile, planQuorums } from "./plan-file.ts";
import { isRestorePlan } from "./restore-plan.ts";
import { verifyShare } from "./verify-share.ts";

/** A custodian's own machine, and what was said to it. */
export interface ApprovingDesk {
  state: string;
  now: Date;
  /** The digest's words, as the requester read them aloud. */
  words: string | undefined;
}

/** A desk at which a plan is approved. */
export interface PlanDesk extends ApprovingDesk {
  /** Whether shares alone may approve it: it becomes a recovery. */
  recoverable: boolean;
}

/** An approval that is ready to be given, once the custodian has said yes. */
export interface ReadyApproval {
  custodian: string;
  /** Whether it is by the share alone. */
  recovery: boolean;
  /** To be remembered when the approval is given; a restore plan moves nothing. */
  anchor: Anchor | undefined;
  /** What the custodian should know before saying yes. */
  warnings: readonly string[];
  /** Signs, seals the share to the plan's session, and gives the bytes of the approval file. */
  give(): Promise<Uint8Array>;
}

/**
 * Check a plan as a custodian's machine can, and the presented share against it. Nothing leaves.
 *
 * @param presented stays the caller's; must live until `give` has returned
 * @throws ConclaveError PLAN_INVALID, SHARE_*
 */
export function prepareApproval(file: PlanFile, presented: PresentedShare, desk: PlanDesk): ReadyApproval {
  const { plan } = file;
  const digest = planDigest(plan);
  assertOpen(file, desk.now);
  const quorums = planQuorums(file);
  const rehearsal = quorums.some(({ manifest }) => manifest.rehearsal);
  const { quorum, verified } = verifyShare(
    presented,
    { id: plan.vault, genesis: plan.genesis, rehearsal },
    quorums,
    [],
  );
  const { seat, custodianKey, shareKey } = verified;
  const { session } = plan;
  if (session === null) throw refuse("is approved in the room: it has no session to seal a share to", "Go there");
  if (custodianKey === undefined && !desk.recoverable) {
    throw new ConclaveError(
      "SHARE_WITHOUT_IDENTITY",
      `${presented.origin}: proves the share, but not that ${seat.name} presents it`,
      {
        suggestions: [`Give --identity ${seat.name}=FILE`],
      },
    );
  }
  const { vault, epoch, genesis, head, created } = plan;
  const pin = presented.document.pin;
  const claim = {
    what: "plan" as const,
    vault,
    epoch,
    genesis,
    hostKey: file.hostKey,
    manifest: quorum.manifestHash,
    head,
    time: created,
    digest,
  };
  const restore = isRestorePlan(plan);
  if (restore && plan.actions.length > 1) throw refuse("restores and does more", "Do not approve it");
  const warnings = restore ? acceptRestore(claim, { ...desk, pin }) : [];
  const anchor = restore ? undefined : acceptHost(claim, { ...desk, pin });
  const before = loadAnchor(desk.state, vault);

  return {
    custodian: seat.name,
    recovery: custodianKey === undefined,
    anchor,
    warnings,
    async give() {
      const sealed = await sealShare(presented.document.record, digest, session.recipient);
      const approval: Approval = signApproval(
        {
          type: "approval",
          version: 1,
          vault,
          epoch,
          plan: digest,
          custodian: seat.name,
          quorum: quorum.id,
          generation: quorum.generation,
          key: custodianKey === undefined ? "share" : "custodian",
          at: whereKeysOpen(desk.state, vault),
          time: timestamp(desk.now),
          seen: before?.epoch === epoch && !restore ? before.head : null, // what is lost by a restore, it can't show
          sealed: sealedHash(sealed),
        },
        custodianKey ?? shareKey,
      );
      return writeApprovalFile(approval, sealed);
    },
  };
}

/** Whether a key that is opened on this machine is exposed to the vault's host. */
export function whereKeysOpen(state: string, vault: string): "host" | "desk" {
  return loadAnchor(state, vault)?.role === "host" ? "host" : "desk";
}

function assertOpen({ plan }: PlanFile, now: Date): void {
  if (Date.parse(plan.expires) <= now.getTime())
    throw refuse(`expired at ${plan.expires}`, "Ask the requester for a new one");
}

function refuse(problem: string, ...suggestions: string[]): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `the plan ${problem}`, { suggestions });
}
