import type { Script } from "./script.ts";
import type { ScriptProblem } from "./script-problem.ts";

/** What is wrong with a script that its schema can't say. */
export function lintScript(_script: Script): ScriptProblem[] {
  return [];
}
