import type { AuditChain } from "../audit/chain.ts";
import { utf8 } from "../bytes.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { ShareDocument } from "../share/document.ts";
import { verifyApproval } from "./approval.ts";
import { openSealedShare, parseApprovalFile, sealedHash } from "./approval-file.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import { type Plan, planDigest } from "./plan.ts";
import { AHEAD } from "./plan-file.ts";
import { type VaultPlace, verifyShare } from "./verify-share.ts";

/** An approval file. */
export interface ReceivedApproval {
  /** Its path, for messages. */
  origin: string;
  bytes: Uint8Array;
}

/** What received approvals are checked against. */
export interface Reception {
  plan: Plan;
  vault: VaultPlace;
  chain: AuditChain;
  now: Date;
  /** Whether shares alone may approve it. */
  recoverable: boolean;
  /** Identity of the plan's session. */
  identity: string;
}

/**
 * Check approvals that came as files, open the share in each, and add them to what was gathered. One bad
 * approval refuses them all.
 *
 * @throws ConclaveError APPROVAL_INVALID naming the file, the custodian, and what is wrong; INTEGRITY if a
 *   custodian saw a chain that this host doesn't have
 */
export async function receiveApprovals(
  approvals: readonly ReceivedApproval[],
  reception: Reception,
  gathered: GatheredShares,
): Promise<void> {
  for (const approval of approvals) await receive(approval, reception, gathered);
}

async function receive(
  { origin, bytes }: ReceivedApproval,
  reception: Reception,
  gathered: GatheredShares,
): Promise<void> {
  const { plan, vault, now, recoverable, identity } = reception;
  const { approval, share } = parseApprovalFile(bytes, origin);
  const { statement } = approval;
  const refuse = (problem: string, cause?: unknown) =>
    new ConclaveError("APPROVAL_INVALID", `${origin}, ${statement.custodian}'s approval: ${problem}`, {
      suggestions: ["Ask the custodian to approve the plan file again"],
      cause,
    });
  if (statement.vault !== plan.vault) throw refuse("of another vault");
  if (statement.epoch !== plan.epoch) throw refuse("of another epoch");
  if (statement.plan !== planDigest(plan)) throw refuse("of another plan");
  const quorum = gathered.quorums.find(({ id }) => id === statement.quorum);
  if (quorum === undefined) throw refuse("of a quorum that the plan does not need");
  if (statement.generation !== quorum.generation)
    throw refuse(`of generation ${statement.generation}, quorum ${quorum.name} needs ${quorum.generation}`);
  const seat = quorum.seats.find(({ name }) => name === statement.custodian);
  if (seat === undefined) throw refuse(`not a custodian of quorum ${quorum.name}`);
  if (!verifyApproval(approval, seat)) throw refuse("the signature is not the custodian's: it was altered or forged");
  if (statement.key === "share" && !recoverable) throw refuse("by the share alone, which approves no such act");
  if (gathered.of(quorum).some((other) => other.seat.name === seat.name))
    throw refuse("a second one of the same custodian");
  if (statement.time > plan.expires) throw refuse("made after the plan expired");
  if (Date.parse(statement.time) > now.getTime() + AHEAD)
    throw refuse(`made at ${statement.time}, ahead of this host's clock`);
  assertSeen(statement, reception.chain);
  if (statement.sealed !== sealedHash(utf8(share))) throw refuse("its share is not the one that was signed for");

  let document: ShareDocument | undefined;
  try {
    document = new ShareDocument(await openSealedShare(share, statement.plan, identity), undefined, undefined);
    const presented = { document, origin, claimed: statement.custodian };
    const { verified } = verifyShare(presented, vault, [quorum], gathered.all);
    gathered.add(quorum, { ...verified, approval }, document);
  } catch (error) {
    document?.[Symbol.dispose]();
    if (isConclaveError(error)) throw refuse(error.message, error);
    throw error;
  }
}

function assertSeen(
  { custodian, seen }: { custodian: string; seen: { size: number; root: string } | null },
  chain: AuditChain,
): void {
  if (seen === null) return;
  if (seen.size > chain.size || chain.tree.root(seen.size) !== seen.root) {
    throw new IntegrityError(
      "vault",
      `${custodian} saw a chain of ${seen.size} entries that this host does not have: it was rolled back`,
    );
  }
}
