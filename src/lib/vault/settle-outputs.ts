import { join } from "node:path";
import { isConclaveError } from "../errors.ts";
import { removeLeftBehind } from "../host/checked-file.ts";
import {
  loadOutputRecord,
  type OutputRecord,
  outputsFolder,
  type RecordedOutput,
  recordedPlans,
  removeOutputRecord,
} from "../host/output-record.ts";
import { finishOutput, type OutputFate, removeOutput, sparePath, stagedPath } from "../host/planned-output.ts";
import { shellWord } from "../host/shell-word.ts";
import { OutputLock } from "./output-lock.ts";
import type { Vault } from "./vault.ts";

/** What a process left, which nobody else ends. */
interface Left {
  plan: string;
  lock: OutputLock;
  record: OutputRecord | undefined;
}

/**
 * Finish what processes that ended since left of the outputs of plans that were executed, and remove what they left of
 * others; each is told of. What belongs to a process that lives is not touched.
 *
 * @throws ConclaveError INTEGRITY: a record that isn't ours, once the others are settled, or the vault; HOST_IO
 */
export async function settleOutputs(vault: Vault): Promise<void> {
  removeLeftBehind(join(vault.path, "spool"));
  using locks = new DisposableStack();
  const problems: unknown[] = [];
  const left: Left[] = [];
  const { state, identity } = vault;
  for (const plan of recordedPlans(state, identity.id)) {
    const lock = OutputLock.tryTake({ state, vault: identity.id, plan });
    if (lock === undefined) continue;
    locks.use(lock);
    try {
      left.push({ plan, lock, record: loadOutputRecord(state, identity.id, plan) });
    } catch (error) {
      problems.push(error);
    }
  }
  if (left.some(({ record }) => record !== undefined)) await vault.verify(); // on what it says rests what is thrown away
  for (const one of left) await settle(vault, one);
  if (problems.length > 0) throw problems[0];
}

async function settle(vault: Vault, { plan, lock, record }: Left): Promise<void> {
  const { state, identity, reader } = vault;
  const path = join(outputsFolder(state, identity.id), plan);
  const executed = (await reader.find("plans", { id: plan }))?.outcome === "executed";
  let settled = true;
  for (const output of record?.outputs ?? []) {
    const fate = await fateOf(() => (executed ? finishOutput(output, plan) : removeOutput(output, plan)));
    if (fate.kind === "stuck") settled = false;
    for (const line of fateText(output, plan, fate, path)) vault.warnOnce(line);
  }
  if (!settled) return;
  removeOutputRecord(state, identity.id, plan);
  lock.remove();
}

/** A folder that can't be written any more, such as of a medium that fails, must not keep the vault from being used. */
async function fateOf(bringToEnd: () => OutputFate | Promise<OutputFate>): Promise<OutputFate> {
  try {
    return await bringToEnd();
  } catch (error) {
    if (isConclaveError(error)) return { kind: "stuck", problem: error.message };
    throw error;
  }
}

/** What people are told of an output, if it is not as it should be. @param record its path */
function fateText({ path }: RecordedOutput, plan: string, fate: OutputFate, record: string): string[] {
  if (fate.kind === "finished") {
    const taken = fate.path === sparePath(path, plan) ? `, and ${path} was taken` : "";
    return [`${fate.path} was finished: plan ${plan} made it, the process was cut off before it had its name${taken}`];
  }
  if (fate.kind === "gone") {
    const since = "the process was cut off, perhaps before it had its name";
    return [`${path} is not there any more, as plan ${plan} made it: ${since}`];
  }
  if (fate.kind === "removed")
    return [`unfinished ${path} was removed: the process was cut off before plan ${plan} was executed`];
  if (fate.kind !== "stuck") return [];
  const way = `To end this: rm ${shellWord(record)}`;
  return [`${stagedPath(path, plan)} was left by plan ${plan}, and is not touched: ${fate.problem}. ${way}`];
}
