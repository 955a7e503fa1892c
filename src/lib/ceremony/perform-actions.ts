import type { Entry } from "../audit/entry.ts";
import { timestamp } from "../clock.ts";
import type { Line } from "../quorum/action.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { approvedPlan, type ExecutedStep, performPlan } from "./perform-plan.ts";

import type { Script } from "./script.ts";
import { planScript } from "./scripted-action.ts";
import type { StepResult } from "./stage.ts";

/** Indices of the steps that are one plan: all actions of the script, which stand together. */
export function actionSteps({ steps }: Pick<Script, "steps">): number[] {
  return steps.flatMap((step, index) => ("action" in step ? [index] : []));
}

/** Execute the plan of all action steps, at the first of them; then tell what came of each. */
export async function performAction(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  await using vault = await vaultOf(ceremony);
  const steps = actionSteps(ceremony.script);
  const [first = index] = steps;
  const executed = await performPlan(ceremony, first, vault, () =>
    planScript(ceremony.script, vault.reader, timestamp(vault.clock())),
  );
  if (executed === undefined) return undefined;
  const step = ceremony.script.steps[index];
  const name = step !== undefined && "action" in step ? step.action : "";
  return { lines: [...actLines(name, executed, steps.indexOf(index), steps.length)] };
}

/** What the entries of one action step say: of a step that stands for several actions, of all of them. */
function* actLines(name: string, { plan, entries }: ExecutedStep, place: number, of: number): Generator<Line> {
  yield { label: "Plan", value: plan };
  const [execute, ...effects] = entries;
  if (execute === undefined) return;
  const { actions } = approvedPlan(execute).plan;
  const single = actions.length === of;
  for (const effect of effects) {
    if (single ? effect.data["action"] !== place : effect.type !== name) continue;
    yield* effectLines(effect);
  }
}

/** What people are told of an entry: where it stands, and its plain members. */
export function* effectLines({ sequence, type, data }: Entry): Generator<Line> {
  yield { label: "Entry", value: `${sequence} ${type}` };
  for (const [member, value] of Object.entries(data)) {
    if (member === "plan" || member === "action" || member === "blob") continue;
    if (typeof value === "string" || typeof value === "number")
      yield { label: labelOf(member), value: shortened(String(value)) };
  }
}

/** `checkValue` as "Check value". */
function labelOf(member: string): string {
  const words = member.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A public key in PEM is for a file, not for a page. */
function shortened(value: string): string {
  return value.includes("\n") ? `${value.length} characters` : value;
}
