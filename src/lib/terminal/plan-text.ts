import type { PlanView } from "../quorum/plan-view.ts";
import { fields } from "./fields.ts";

/** What a plan asks for, in a few words: what a long plan says at its top is off the screen when the question comes. */
export function planTitle({ actions }: PlanView): string {
  const [first, ...others] = actions.map((lines) => lines.slice(0, 2).map(({ value }) => value));
  return [...(first ?? []), ...(others.length === 0 ? [] : [`and ${others.length} more`])].join(" ");
}

/**
 * A plan as custodians see it: what, who asks, who must approve, and the digest to compare.
 * @param digest whether to show it: that of a dry run would be compared with nothing
 */
export function planText(view: PlanView, digest = true): string {
  const { actions, circumstances, approvers, rehearsal } = view;
  const blocks = [
    ...(rehearsal ? ["REHEARSAL"] : []),
    ...actions.map((lines) => fields(lines.map(({ label, value }) => [label, value]))),
    fields([...circumstances, ...approvers].map(({ label, value }) => [label, value])),
  ];
  const digestLines = fields([
    ["Digest", view.digest],
    ["In words", view.words],
  ]);
  return [...blocks, ...(digest ? [digestLines] : [])].join("\n\n");
}
