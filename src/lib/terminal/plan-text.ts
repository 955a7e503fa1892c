import type { PlanView } from "../quorum/plan-view.ts";
import { fields } from "./fields.ts";

/** A plan as custodians see it: what, who asks, who must approve, and the digest to compare. */
export function planText({ actions, circumstances, approvers, digest, words, rehearsal }: PlanView): string {
  const blocks = [
    ...(rehearsal ? ["REHEARSAL"] : []),
    ...actions.map((lines) => fields(lines.map(({ label, value }) => [label, value]))),
    fields([...circumstances, ...approvers].map(({ label, value }) => [label, value])),
    fields([
      ["Digest", digest],
      ["In words", words],
    ]),
  ];
  return blocks.join("\n\n");
}
