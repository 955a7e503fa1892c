import { basename } from "node:path";
import { hashBackup } from "../backup/backup-file.ts";
import { planBackupVerify } from "../backup/verify-action.ts";
import { ConclaveError } from "../errors.ts";
import { shortened } from "../names.ts";
import { proveSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { effectLines } from "./perform-actions.ts";
import { performPlan } from "./perform-plan.ts";
import { lastBackupOf } from "./progress.ts";
import type { StepResult } from "./stage.ts";

/** Let the quorum prove that the ceremony's backup restores: opened into a scratch place, all of it verified. */
export async function performProof(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const { backup } = parseValues(ceremony, index, proveSchema);
  const made = lastBackupOf(ceremony.log);
  const file = backup ?? made?.file;
  if (file === undefined) {
    throw new ConclaveError("REFUSED", "there is no backup to prove: the ceremony made none", {
      suggestions: ["Make one first: do: backup.create"],
    });
  }
  await using vault = await vaultOf(ceremony, [file]);
  const executed = await performPlan(ceremony, index, vault, async () => {
    const hashed = hashBackup(file);
    if (backup === undefined && hashed.sha256 !== made?.sha256) {
      throw new ConclaveError(
        "INTEGRITY",
        `${file}: not the backup that the ceremony made: its SHA-256 is ${hashed.sha256}`,
      );
    }
    return [planBackupVerify(hashed, shortened(basename(file)))];
  });
  if (executed === undefined) return undefined;
  return {
    lines: [
      { label: "Proved", value: "the backup opens, and all of it is as it was" },
      { label: "Plan", value: executed.plan },
      ...executed.entries.slice(1).flatMap((entry) => [...effectLines(entry)]),
    ],
  };
}
