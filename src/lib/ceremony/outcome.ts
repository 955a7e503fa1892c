import type { Line } from "../quorum/action.ts";
import type { Ceremony } from "./ceremony.ts";
import { executedPlans, isPerformed, lastBackupOf } from "./progress.ts";
import type { TranscriptContent } from "./transcript.ts";

export type Outcome = TranscriptContent["outcome"];

/**
 * How a run ends as it stands: a restore must have been proved after the last thing that changed. Without a change there
 * is nothing to prove, unless the script says so.
 */
export function outcomeOf({ log, script }: Pick<Ceremony, "log" | "script">): Outcome {
  if (log.all("abort").length > 0) return "aborted";
  const changed = changingSteps({ log, script }).at(-1);
  if (changed === undefined && !script.steps.some((step) => "prove" in step)) return "nothing to prove";
  const proved = script.steps.some(
    (step, index) => "prove" in step && index > (changed ?? -1) && isPerformed(log, index),
  );
  return proved ? "proven" : "unproven";
}

/** Steps that changed the vault: their plans were executed, or it was made in them. */
function changingSteps({ log, script }: Pick<Ceremony, "log" | "script">): number[] {
  const executed = new Set(log.all("executed").map(({ step }) => step));
  const undone = new Set(log.all("undone").map(({ step }) => step));
  return script.steps.flatMap((step, index) => {
    const made = "genesis" in step && isPerformed(log, index);
    return made || (executed.has(index) && !undone.has(index) && !("prove" in step)) ? [index] : [];
  });
}

/** What an aborted run did, and did not. */
export function whatChanged(ceremony: Pick<Ceremony, "log" | "script">): Line[] {
  const changed = changingSteps(ceremony);
  const plans = executedPlans(ceremony.log);
  const proved = ceremony.log.all("proved").map(({ custodian }) => custodian);
  const backup = lastBackupOf(ceremony.log);
  const steps = changed.map((index) => index + 1).join(", ");
  const makesVault = ceremony.script.steps.some((step) => "genesis" in step || "restore" in step);
  return [
    {
      label: "Changed",
      value:
        changed.length === 0
          ? `nothing: ${makesVault ? "no vault was made" : "the vault is as it was"}`
          : `what step ${steps} did stands: it can't be taken back`,
    },
    ...ceremony.log
      .all("undone")
      .map(({ step, what }) => ({ label: "Taken back", value: `step ${step + 1}: ${what}` })),
    ...(plans.length === 0 ? [] : [{ label: "Plans executed", value: plans.join(", ") }]),
    ...(proved.length === 0 ? [] : [{ label: "Shares proved", value: proved.join(", ") }]),
    ...(backup === undefined ? [] : [{ label: "Backup made", value: backup.file }]),
  ];
}
