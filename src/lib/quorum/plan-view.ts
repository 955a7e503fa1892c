import { digestWords } from "../crypto/words.ts";
import type { Reader } from "../storage/storage.ts";
import type { BoundAction, Line } from "./action.ts";
import { type Plan, planDigest } from "./plan.ts";
import type { QuorumGeneration } from "./state.ts";

/** All that a person must see of a plan to say yes to it. */
export interface PlanView {
  /** What, one block of lines an action: the first line names the action. */
  actions: Line[][];
  /** Who asks, where, why, until when. */
  circumstances: Line[];
  /** Who must approve, one line a quorum. */
  approvers: Line[];
  digest: string;
  words: string;
  rehearsal: boolean;
}

export async function viewPlan(
  plan: Plan,
  actions: readonly BoundAction[],
  quorums: readonly QuorumGeneration[],
  state: Reader,
): Promise<PlanView> {
  const digest = planDigest(plan);
  return {
    actions: await Promise.all(
      actions.map(async (action) => [{ label: "Action", value: action.name }, ...(await action.render(state))]),
    ),
    circumstances: [
      { label: "Vault", value: plan.vault },
      { label: "Requested by", value: `${plan.requester} on ${plan.host}` },
      { label: "Reason", value: plan.reason === "" ? "none given" : plan.reason },
      { label: "Made", value: plan.created },
      { label: "Expires", value: plan.expires },
    ],
    approvers: quorums.map(({ name, manifest }) => ({
      label: `Quorum ${name}`,
      value: `${manifest.threshold} of ${manifest.custodians.length}: ${manifest.custodians.map((seat) => seat.name).join(", ")}`,
    })),
    digest,
    words: digestWords(digest),
    rehearsal: quorums.some(({ manifest }) => manifest.rehearsal),
  };
}
