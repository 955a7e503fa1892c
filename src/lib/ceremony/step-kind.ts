import type { Script, Step } from "./script.ts";

/** What a step is. */
export type StepKind =
  | "read"
  | "check"
  | "action"
  | "show"
  | "do"
  | "prove"
  | "genesis"
  | "rekey"
  | "restore"
  | "drill";

const KINDS: readonly StepKind[] = [
  "read",
  "check",
  "action",
  "show",
  "do",
  "prove",
  "genesis",
  "rekey",
  "restore",
  "drill",
];

export function kindOf(step: Step): StepKind {
  const kind = KINDS.find((name) => name in step);
  if (kind === undefined) throw new TypeError("a step of no kind");
  return kind;
}

/** Whether people do it alone: it is read, or looked at. */
export function isByPeople(step: Step): boolean {
  return "read" in step || "check" in step;
}

/** Indices of the steps that are one plan: all actions of the script, which stand together. */
export function actionSteps({ steps }: Pick<Script, "steps">): number[] {
  return steps.flatMap((step, index) => ("action" in step ? [index] : []));
}

/** Whether a ceremony of this script makes the vault itself: there is none before. */
export function makesVault({ steps }: Pick<Script, "steps">): boolean {
  return steps.some((step) => "genesis" in step || "restore" in step);
}
