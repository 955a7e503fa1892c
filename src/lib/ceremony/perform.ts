import { isConclaveError } from "../errors.ts";
import { hasVault } from "../vault/read-only.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { performAction } from "./perform-actions.ts";
import { performDrill } from "./perform-drill.ts";
import { performExport } from "./perform-export.ts";
import { performGenesis } from "./perform-genesis.ts";
import { performImport } from "./perform-import.ts";
import { performOperation } from "./perform-operation.ts";
import { performProof } from "./perform-proof.ts";
import { performRekey } from "./perform-rekey.ts";
import { performRestore } from "./perform-restore.ts";
import { kindOf, type Step, type StepKind } from "./script.ts";
import { performShow } from "./shown.ts";
import type { StepResult } from "./stage.ts";

/**
 * The machine's part of a step. Each finds out by itself, from the log and the vault, what a crash left of an earlier try.
 * @returns undefined: it waits for people elsewhere
 */
type Performer = (ceremony: Ceremony, index: number) => Promise<StepResult | undefined>;

/** What the machine does in each kind of step; null where people do it alone. */
const PERFORMERS = {
  read: null,
  check: null,
  action: performAction,
  show: performShow,
  do: performOperation,
  prove: performProof,
  genesis: performGenesis,
  rekey: performRekey,
  restore: performRestore,
  drill: performDrill,
  import: performImport,
  export: performExport,
} as const satisfies Record<StepKind, Performer | null>;

/** Whether the machine has a part in a step. */
export function isOfMachine(step: Step): boolean {
  return PERFORMERS[kindOf(step)] !== null;
}

/** Do the machine's part of a step, and record it: once. @returns undefined: it waits for people elsewhere */
export async function perform(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const step = ceremony.script.steps[index];
  if (step === undefined) throw new RangeError(`no step ${index}`);
  const before = "genesis" in step ? 0 : await countEntries(ceremony);
  ceremony.log.append({ event: "begin", step: index, entries: before });
  const result = await PERFORMERS[kindOf(step)]?.(ceremony, index);
  if (result === undefined) return undefined;
  const { lines, backup } = result;
  const after = "restore" in step ? before : await countEntries(ceremony); // a restored vault has all those before
  const entries = Array.from({ length: Math.max(0, after - before) }, (_, i) => before + 1 + i);
  ceremony.log.append({ event: "result", step: index, lines: lines.map((line) => ({ ...line })), entries, ...backup });
  return result;
}

async function countEntries(ceremony: Ceremony): Promise<number> {
  if (!hasVault(ceremony.host)) return 0;
  try {
    await using vault = await vaultOf(ceremony);
    return await vault.reader.count("entries");
  } catch (error) {
    if (isConclaveError(error)) return 0; // what is wrong, the step itself tells
    throw error;
  }
}
