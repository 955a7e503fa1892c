import { digestWords } from "../crypto/words.ts";
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

/** @param quorums those of the plan, with their manifests */
export function viewPlan(
  plan: Plan,
  actions: readonly BoundAction[],
  quorums: readonly Pick<QuorumGeneration, "name" | "manifest">[],
): PlanView {
  const digest = planDigest(plan);
  return {
    actions: actions.map((action) => [{ label: "Action", value: action.name }, ...action.render()]),
    circumstances: [
      { label: "Vault", value: plan.vault },
      { label: "Requested by", value: `${plan.requester} on ${plan.host}` },
      ...(plan.ceremony === undefined ? [] : ceremonyLines(plan.ceremony)),
      { label: "Reason", value: plan.reason === "" ? "none given" : plan.reason },
      { label: "Made", value: plan.created },
      { label: "Expires", value: plan.expires },
      ...(plan.session === null ? [] : [{ label: "Session", value: SESSION[plan.session.kept] }]),
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

function ceremonyLines({ name, script, inputs }: NonNullable<Plan["ceremony"]>): Line[] {
  return [
    { label: "Ceremony", value: name },
    { label: "Script", value: `SHA-256 ${script}` },
    ...Object.entries(inputs).map(([input, value]) => ({ label: `Input ${input}`, value })),
  ];
}

/** How the key to shares in transit is kept on the host. */
const SESSION = {
  sealed: "its key is sealed to a passphrase on the host",
  plain: "its key lies open on the host: who copies it and the approvals opens the quorum",
} as const;
