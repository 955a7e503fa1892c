import { chooseBackup } from "../backup/choose.ts";
import { prepareRestore } from "../backup/prepare-restore.ts";
import { executeRestore } from "../backup/restore.ts";
import { newHostKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { planDigest } from "../quorum/plan.ts";
import { hasVault } from "../vault/read-only.ts";
import { restoreSchema } from "./built-in.ts";
import { type Ceremony, ceremonyOf, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { vaultLines } from "./perform-genesis.ts";
import { entriesOfPlan } from "./perform-plan.ts";
import { plansOf } from "./progress.ts";
import type { StepResult } from "./stage.ts";

/** Make a vault of a backup, as `restore` does: all at once, so that after a crash it is there or isn't. */
export async function performRestore(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const before = await restoredBefore(ceremony, index);
  if (before !== undefined) return before;
  const asked = parseValues(ceremony, index, restoreSchema);
  const { host, stage, log } = ceremony;
  if (host.elsewhere?.planOut !== undefined) {
    throw new ConclaveError("USAGE", "a restore in a ceremony is approved in the room", {
      suggestions: ["For custodians elsewhere: conclave restore FILE --plan-out PLAN"],
    });
  }
  const { around, vault: path } = host;
  const warn = (message: string) => around.warn?.(message);
  const file = chooseBackup(asked.backup, asked.latest, warn, around.progress);
  const request = {
    file,
    path,
    hostKey: newHostKey(),
    olderThanAnchor: asked["older-than-anchor"],
    reason: `ceremony ${log.start.ceremony}, run ${log.start.run}`,
    ceremony: ceremonyOf(ceremony),
  };
  const prepared = prepareRestore(request, host.catalogue, around);
  const { plan, quorum } = prepared;
  log.append({ event: "plan", step: index, plan: plan.id, digest: planDigest(plan), file: null });
  const founding = { vault: file.head.name, rehearsal: quorum.manifest.rehearsal, custodians: [] };
  const gathering = stage.gathering({ quorums: [quorum], earlier: [], mayWait: false, founding });
  await executeRestore(prepared, around, gathering);
  const told = await restoredBefore(ceremony, index);
  if (told === undefined) throw new ConclaveError("INTEGRITY", `${path}: the vault that was restored is not found`);
  return told;
}

/** What a restore of this step left, if it was executed: before a crash, or right now. */
export async function restoredBefore(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  if (plansOf(ceremony.log, index).length === 0 || !hasVault(ceremony.host)) return undefined;
  await using vault = await vaultOf(ceremony);
  for (const { plan } of plansOf(ceremony.log, index)) {
    const entries = await entriesOfPlan(vault.reader, plan);
    if (entries.length === 0) continue;
    const told = ceremony.log.all("executed").some((executed) => executed.plan === plan);
    if (!told) {
      const sequences = entries.map(({ sequence }) => sequence);
      ceremony.log.append({ event: "executed", step: index, plan, entries: sequences });
    }
    return { lines: [{ label: "Plan", value: plan }, ...(await vaultLines(vault))] };
  }
  return undefined;
}
