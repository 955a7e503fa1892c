import { resolve } from "node:path";
import { ACTIONS } from "../catalogue.ts";
import { ConclaveError } from "../errors.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";
import { bindAction } from "../quorum/action.ts";
import type { Executed } from "../quorum/execute.ts";
import type { Plan } from "../quorum/plan.ts";

/**
 * The files for what a plan makes, in the order of its actions.
 * @param out as they were given
 * @throws ConclaveError USAGE too few or too many; EXISTS, NOT_FOUND, HOST_IO one can't be made; PLAN_INVALID
 */
export function planOutputs(plan: Plan, out: readonly string[]): string[] {
  const refuse = (problem: string) => new ConclaveError("PLAN_INVALID", `the plan: ${problem}`);
  const wanted = plan.actions.filter((planned) => bindAction(ACTIONS, planned, refuse).output).length;
  const files = out.map((path) => resolve(path));
  if (files.length !== wanted) {
    throw new ConclaveError("USAGE", `the plan makes ${wanted} files, and ${files.length} are named`, {
      suggestions: [wanted === 0 ? "Leave --out away" : "Give --out FILE for each, in the plan's order"],
    });
  }
  if (new Set(files).size < files.length) throw new ConclaveError("USAGE", "--out: one file twice");
  for (const file of files) assertCreatable(file);
  return files;
}

/** Write what an executed plan made, and tell of the files in place of what is in them. */
export function takeOutputs({ effects }: Executed, files: readonly string[]): void {
  const left = [...files];
  for (const { data } of effects) {
    const { output } = data;
    const file = typeof output === "string" ? left.shift() : undefined;
    if (file === undefined) continue;
    createFileDurably(file, Buffer.from(String(output), "base64"));
    data["file"] = file;
    delete data["output"];
  }
}
