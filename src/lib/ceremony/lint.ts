import { inputsIn } from "./input.ts";
import { inputProblem } from "./input-type.ts";
import { orderProblems } from "./lint-order.ts";
import { actionProblems, parameterProblems } from "./lint-parameters.ts";
import { proseProblems, texts } from "./lint-prose.ts";
import { roleProblems } from "./lint-roles.ts";
import type { Script } from "./script.ts";
import type { ScriptProblem } from "./script-problem.ts";

const PLACEHOLDERS_ONLY = `wanted \${inputs.NAME}, and no other use of \${`;

/** What is wrong with a script that its schema can't say, in no order. */
export function lintScript(script: Script): ScriptProblem[] {
  const found = [...proseProblems(script), ...inputProblems(script), ...actionProblems(script)];
  if (found.length > 0) return found; // what stands in such a script can't be judged further
  const disorder = [...roleProblems(script), ...orderProblems(script)];
  return disorder.length > 0 ? disorder : parameterProblems(script);
}

/** Each input is declared and used, and its default is right. */
function inputProblems(script: Script): ScriptProblem[] {
  const problems: ScriptProblem[] = [];
  const used = new Set<string>();
  for (const { path, text } of texts(script)) {
    const names = inputsIn(text);
    if (names.length < text.split("${").length - 1) {
      problems.push({ path, message: PLACEHOLDERS_ONLY });
    }
    for (const name of names) {
      used.add(name);
      if (Object.hasOwn(script.inputs, name)) continue;
      const known = Object.keys(script.inputs);
      const declared = known.length === 0 ? "none is declared" : `declared are ${known.join(", ")}`;
      problems.push({ path, message: `input ${name} is used, but not declared; ${declared}` });
    }
  }
  for (const [name, { type, default: usual }] of Object.entries(script.inputs)) {
    const path = ["inputs", name];
    if (!used.has(name)) problems.push({ path, at: "name", message: "is declared, but no step uses it" });
    const wrong = usual === undefined ? undefined : inputProblem(type, String(usual));
    if (wrong !== undefined) problems.push({ path: [...path, "default"], message: `"${usual}" ${wrong}` });
  }
  return problems;
}
