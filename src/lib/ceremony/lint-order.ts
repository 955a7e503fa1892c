import { kindOf, type Script, type Step, type StepKind } from "./script.ts";
import type { ScriptProblem } from "./script-problem.ts";

/** Steps that make a vault where there is none. */
const MAKING_A_VAULT: readonly StepKind[] = ["genesis", "restore"];

/** Steps that change a vault that is there. */
const CHANGING: readonly StepKind[] = ["action", "rekey", "genesis", "import"];

/** Steps that need no vault. */
const WITHOUT_VAULT: readonly StepKind[] = ["read", "check", ...MAKING_A_VAULT];

/** Whether the vault is there when the ceremony begins. */
export function vaultAtStart({ steps }: Script): "present" | "absent" {
  return steps.some((step) => MAKING_A_VAULT.includes(kindOf(step))) ? "absent" : "present";
}

/** Steps stand in an order in which each has what it needs. */
export function orderProblems(script: Script): ScriptProblem[] {
  return [...vaultProblems(script), ...oncePerCeremony(script), ...actionProblems(script), ...neededProblems(script)];
}

function vaultProblems(script: Script): ScriptProblem[] {
  const start = vaultAtStart(script);
  const problems: ScriptProblem[] = [];
  for (const [i, before] of script.before.entries()) {
    if (!("vault" in before)) continue;
    const { state = start, chain } = before.vault;
    const path = ["before", i, "vault"];
    if (state !== start)
      problems.push({ path: [...path, "state"], message: `${state}, but its steps want the vault ${start}` });
    if (start === "absent" && chain !== undefined)
      problems.push({ path: [...path, "chain"], message: "there is no vault yet whose chain could be verified" });
  }
  if (start === "present") return problems;
  const made = script.steps.findIndex((step) => MAKING_A_VAULT.includes(kindOf(step)));
  for (const [i, step] of script.steps.slice(0, made).entries()) {
    const kind = kindOf(step);
    if (!WITHOUT_VAULT.includes(kind))
      problems.push({ path: ["steps", i], message: `${kind} needs a vault, which steps[${made}] makes only later` });
  }
  return problems;
}

/** What is one act of a ceremony, and its resumption. */
function oncePerCeremony({ steps }: Script): ScriptProblem[] {
  const problems: ScriptProblem[] = [];
  for (const kinds of [MAKING_A_VAULT, ["rekey"] as const]) {
    const places = steps.flatMap((step, i) => (kinds.includes(kindOf(step) as never) ? [i] : []));
    for (const i of places.slice(1)) {
      problems.push({ path: ["steps", i], message: `a second ${kinds.join(" or ")}, wanted one in a ceremony` });
    }
  }
  return problems;
}

/** All actions are one plan. */
function actionProblems({ steps }: Script): ScriptProblem[] {
  const places = steps.flatMap((step, i) => (kindOf(step) === "action" ? [i] : []));
  const [first = 0] = places;
  const problems: ScriptProblem[] = places
    .filter((place, i) => place !== first + i)
    .slice(0, 1)
    .map((place) => ({
      path: ["steps", place],
      message: `an action apart from that of steps[${first}]; wanted all actions together: they are one plan`,
    }));
  const clock = steps.findIndex((step) => "action" in step && step.action === "clock.accept");
  if (clock !== -1 && places.length > 1)
    problems.push({ path: ["steps", clock, "action"], message: "clock.accept cancels other plans; wanted it alone" });
  return problems;
}

/** What a step shows or proves was made before it. */
function neededProblems({ steps }: Script): ScriptProblem[] {
  return steps.flatMap((step, i): ScriptProblem[] => {
    const path = ["steps", i];
    const before = steps.slice(0, i);
    const backup = before.findLastIndex(isBackup);
    if (needsBackup(step) && backup === -1)
      return [{ path, message: "needs a backup; wanted do: backup.create before it" }];
    const change = before.findLastIndex((other) => CHANGING.includes(kindOf(other)));
    if (needsBackup(step) && change > backup)
      return [{ path, message: `the backup of steps[${backup}] lacks what steps[${change}] does; wanted a later one` }];
    if ("show" in step && step.show === "key-check-value" && !before.some(makesKeys))
      return [{ path, message: "no step before it makes a key or a version whose check value could be shown" }];
    return [];
  });
}

function needsBackup(step: Step): boolean {
  if ("show" in step) return step.show === "backup-digest";
  return "prove" in step && step.with["backup"] === undefined;
}

function isBackup(step: Step): boolean {
  return "do" in step && step.do === "backup.create";
}

function makesKeys(step: Step): boolean {
  return "import" in step || ("action" in step && /^key\.(?:create|rotate)$/.test(step.action));
}
