import { inputsIn } from "./input.ts";
import type { InputType } from "./input-type.ts";
import { kindOf, type Script, type StepKind } from "./script.ts";
import type { ScriptProblem } from "./script-problem.ts";

/** Steps that a quorum approves, or whose custodians act. */
const BY_CUSTODIANS: readonly StepKind[] = ["action", "prove", "rekey", "drill", "import", "export"];

/** Who acts or signs is in the room. */
export function roleProblems(script: Script): ScriptProblem[] {
  const { roles, steps, after } = script;
  const { custodians, newcomers, witnesses } = roles;
  const problems: ScriptProblem[] = [
    ...ofType(script, "custodians", ["existing-quorum", "quorum-name"]),
    ...ofType(script, "newcomers", ["custodians"]),
  ];
  for (const [i, step] of steps.entries()) {
    const kind = kindOf(step);
    const path = ["steps", i];
    const missing = (role: string) => `needs roles.${role}, which the script doesn't have`;
    if (BY_CUSTODIANS.includes(kind) && custodians === undefined && newcomers === undefined)
      problems.push({ path, message: missing("custodians") });
    if (kind === "genesis" && newcomers === undefined) problems.push({ path, message: missing("newcomers") });
    const who = [...path, "who"];
    if (step.who === "witnesses" && witnesses === 0) problems.push({ path: who, message: missing("witnesses") });
    if (step.who === "custodians" && custodians === undefined && newcomers === undefined)
      problems.push({ path: who, message: missing("custodians") });
    if (step.who === "newcomers" && newcomers === undefined)
      problems.push({ path: who, message: missing("newcomers") });
  }
  for (const [i, signer] of (after[0]?.sign ?? []).entries()) {
    const present = signer === "witnesses" ? witnesses > 0 : (custodians ?? newcomers) !== undefined;
    if (!present) problems.push({ path: ["after", 0, "sign", i], message: `there are no ${signer} in its roles` });
  }
  return problems;
}

function ofType(script: Script, role: "custodians" | "newcomers", wanted: readonly InputType[]): ScriptProblem[] {
  return inputsIn(script.roles[role] ?? "").flatMap((name) => {
    const type = script.inputs[name]?.type;
    if (type === undefined || wanted.includes(type)) return [];
    return [{ path: ["roles", role], message: `input ${name} is of type ${type}, wanted ${wanted.join(" or ")}` }];
  });
}
