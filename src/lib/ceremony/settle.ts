import { parseEntry } from "../audit/entry.ts";
import { isConclaveError } from "../errors.ts";
import { cancelGeneration } from "../quorum/cancel-generation.ts";
import { foundingAlone } from "../quorum/founding-alone.ts";
import { pendingGeneration, requireQuorum } from "../quorum/state.ts";
import { findUnfinished, removeUnfinished } from "../quorum/unfinished.ts";
import { hasVault } from "../vault/read-only.ts";
import type { Vault } from "../vault/vault.ts";
import { rekeySchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { actionSteps } from "./perform-actions.ts";
import { isInForce, vaultLines } from "./perform-genesis.ts";
import { executedBefore } from "./perform-plan.ts";
import { generationMade, hasCounted } from "./perform-rekey.ts";
import { restoredBefore } from "./perform-restore.ts";
import { begunAt, isPerformed } from "./progress.ts";

/**
 * Before a run that was stopped for good ends: note in its log what a crash kept out of it, and take back what it began
 * and nobody is to go on with, a genesis or new shares that not everybody proved. What can't be taken back is warned of.
 */
export async function settleAborted(ceremony: Ceremony): Promise<void> {
  const { script, log, host } = ceremony;
  for (const [index, step] of script.steps.entries()) {
    if (isPerformed(log, index) || begunAt(log, index) === undefined) continue;
    try {
      if ("genesis" in step) await settleGenesis(ceremony, index);
      else if ("restore" in step) await restoredBefore(ceremony, index);
      else if (hasVault(host)) await settlePlan(ceremony, index);
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      host.around.warn?.(`step ${index + 1}: it could not be seen what is left of it: ${error.message}`);
    }
  }
}

async function settleGenesis(ceremony: Ceremony, index: number): Promise<void> {
  const { log, host } = ceremony;
  const { around, vault: path } = host;
  await foundingAlone(around, async () => {
    if (await isInForce(ceremony)) {
      await using vault = await vaultOf(ceremony);
      if (await isOfThisRun(ceremony, index, vault))
        log.append({ event: "result", step: index, lines: await vaultLines(vault), entries: [] });
      return;
    }
    const unfinished = await findUnfinished(path, around);
    if (unfinished.kind === "nothing") return;
    if (unfinished.kind === "pending") {
      await using vault = await vaultOf(ceremony);
      if (!(await isOfThisRun(ceremony, index, vault))) return;
    }
    for (const file of await removeUnfinished(path, unfinished, around)) warnOfFile(ceremony, file);
    log.append({ event: "undone", step: index, what: "the vault that not everybody had proved is removed" });
  });
}

/** Whether a vault was begun after the step was: another one may lie in the same place. */
async function isOfThisRun({ log }: Ceremony, index: number, vault: Vault): Promise<boolean> {
  const begun = begunAt(log, index);
  const first = await vault.reader.find("entries", { sequence: 1 });
  if (begun === undefined || first === undefined) return false;
  return parseEntry(first.text, 1).time >= begun;
}

async function settlePlan(ceremony: Ceremony, index: number): Promise<void> {
  const { script } = ceremony;
  const step = script.steps[index];
  if (step === undefined) return;
  const [first = index] = "action" in step ? actionSteps(script) : [index];
  await using vault = await vaultOf(ceremony);
  const executed = await executedBefore(ceremony, first, vault);
  if (executed === undefined || !("rekey" in step)) return;

  const { id, name } = await requireQuorum(vault.reader, parseValues(ceremony, index, rekeySchema).quorum);
  const pending = await pendingGeneration(vault.reader, id);
  if (pending !== undefined && pending.generation === generationMade(executed)) {
    const { ceremony: script, run } = ceremony.log.start;
    const { left } = await cancelGeneration(vault, name, `ceremony ${script}, run ${run}, was stopped for good`);
    for (const file of left) warnOfFile(ceremony, file);
  }
  if (await hasCounted(executed, vault, id)) return;
  const what = "the new shares, which not everybody had proved, are given up; those before are in force";
  ceremony.log.append({ event: "undone", step: index, what });
}

function warnOfFile({ host }: Ceremony, file: string): void {
  host.around.warn?.(`${file} is not as it was written, and was left`);
}
