import type { z } from "zod";
import { nearest } from "../nearest.ts";
import { BUILT_IN, BUILT_IN_SCHEMAS, OPERATION_SCHEMAS, proveSchema } from "./built-in.ts";
import { fillIn } from "./input.ts";
import { INPUT_ROWS } from "./input-type.ts";
import { kindOf, type Script, type Step, valuesOf } from "./script.ts";
import { issueProblems } from "./script-issues.ts";
import type { Path, ScriptProblem } from "./script-problem.ts";
import { NOT_SCRIPTED, SCRIPTED_ACTIONS } from "./scripted-action.ts";

/** Each action is one of those that scripts can ask for. */
export function actionProblems({ steps }: Script): ScriptProblem[] {
  return steps.flatMap((step, i) => {
    if (!("action" in step) || SCRIPTED_ACTIONS.has(step.action)) return [];
    return [{ path: ["steps", i, "action"], message: unknownAction(step.action) }];
  });
}

/** Each step says all that what it does needs, and nothing that it doesn't know. */
export function parameterProblems(script: Script): ScriptProblem[] {
  const samples = Object.entries(script.inputs).map(([name, { type }]) => [name, INPUT_ROWS[type].sample]);
  const { steps } = fillIn(script, Object.fromEntries(samples));
  return steps.flatMap((step, i) => {
    const path = ["steps", i];
    if (!("action" in step)) return problemsOf(step, path);
    const scripted = SCRIPTED_ACTIONS.get(step.action);
    if (scripted === undefined) return [];
    const lacking = scripted.lacking?.(step.with);
    if (lacking !== undefined) return [{ path, message: lacking }];
    return wrong(scripted.with, step, [...path, "with"]);
  });
}

function problemsOf(step: Step, path: Path): ScriptProblem[] {
  if ("do" in step) return wrong(OPERATION_SCHEMAS[step.do], step, [...path, "with"]);
  if ("prove" in step) return wrong(proveSchema, step, [...path, "with"]);
  const kind = kindOf(step);
  const name = BUILT_IN.find((built) => built === kind);
  return name === undefined ? [] : wrong(BUILT_IN_SCHEMAS[name], step, [...path, name]);
}

function wrong(schema: z.ZodObject, step: Step, path: Path): ScriptProblem[] {
  const parsed = schema.safeParse(valuesOf(step), { reportInput: true });
  if (parsed.success) return [];
  return issueProblems(parsed.error.issues, path, Object.keys(schema.shape));
}

function unknownAction(name: string): string {
  const why = NOT_SCRIPTED.get(name);
  if (why !== undefined) return `${name} is no action of a script: ${why}`;
  const known = [...SCRIPTED_ACTIONS.keys()];
  const meant = nearest(name, known);
  const hint = meant.length === 0 ? `wanted one of ${known.join(", ")}` : `did you mean ${meant.join(" or ")}?`;
  return `unknown action "${name}"; ${hint}`;
}
