import { resolve } from "node:path";
import type { HashedBackup } from "../backup/backup-file.ts";
import { chooseBackup } from "../backup/choose.ts";
import { keepRestore, keptHostKey, keptRestorePlan, removeRestore, sweepRestores } from "../backup/kept-restore.ts";
import { type PreparedRestore, prepareRestore, prepareRestoreFile } from "../backup/prepare-restore.ts";
import { executeRestore } from "../backup/restore.ts";
import { newHostKey } from "../crypto/signature.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { assertAbsent } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";
import type { Received } from "../quorum/execute.ts";
import { type Plan, planDigest } from "../quorum/plan.ts";
import { parsePlanFile, writePlanFile } from "../quorum/plan-file.ts";
import { hasVault } from "../vault/read-only.ts";
import { restoreSchema } from "./built-in.ts";
import { type Ceremony, ceremonyOf, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { vaultLines } from "./perform-genesis.ts";
import { entriesOfPlan } from "./perform-plan.ts";
import { plansOf } from "./progress.ts";
import type { StepResult } from "./stage.ts";

/**
 * Make a vault of a backup, as `restore` does: all at once, so that after a crash it is there or isn't. Its plan is
 * approved in the room, or travels; what custodians elsewhere need of this host is kept in its state directory.
 * @returns undefined: the plan waits for custodians elsewhere
 */
export async function performRestore(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const before = await restoredBefore(ceremony, index);
  if (before !== undefined) return before;
  const asked = parseValues(ceremony, index, restoreSchema);
  const { host, log } = ceremony;
  const { around, vault: path } = host;
  const warn = (message: string) => around.warn?.(message);
  const file = chooseBackup(asked.backup, asked.latest, warn, around.progress);
  sweepRestores(around.state, file.head.vault, around.clock());
  const request = {
    file,
    path,
    hostKey: newHostKey(),
    olderThanAnchor: asked["older-than-anchor"],
    reason: `ceremony ${log.start.ceremony}, run ${log.start.run}`,
    ceremony: ceremonyOf(ceremony),
  };
  if (host.elsewhere?.planOut !== undefined) return send(ceremony, index, request);
  const open = openRestoreOf(ceremony, index, file);
  const prepared = open ?? prepareRestore(request, host.catalogue, around);
  if (open === undefined) tellPlan(ceremony, index, prepared.plan, null);
  if (!(await execute(ceremony, prepared, open !== undefined))) return undefined;
  const told = await restoredBefore(ceremony, index);
  if (told === undefined) throw new ConclaveError("INTEGRITY", `${path}: the vault that was restored is not found`);
  return told;
}

/** @param travels whether it waits for approvals of custodians elsewhere. @returns whether it was executed */
async function execute({ host, stage }: Ceremony, prepared: PreparedRestore, travels: boolean): Promise<boolean> {
  const { file, quorum, plan } = prepared;
  const founding = { vault: file.head.name, rehearsal: quorum.manifest.rehearsal, custodians: [] };
  const gathering = stage.gathering({ quorums: [quorum], earlier: [], mayWait: travels, founding });
  const received: Received = {
    approvals: host.elsewhere?.approvals ?? [],
    identity: async () => (await host.elsewhere?.identity(plan.vault, plan.id)) ?? "",
  };
  try {
    await executeRestore(prepared, host.around, gathering, travels ? received : undefined);
    return true;
  } catch (error) {
    if (travels && isConclaveError(error, "WAITING_FOR_PEOPLE")) return false;
    throw error;
  }
}

/** Write the plan for custodians elsewhere, who don't know this host yet: they compare its words. */
async function send(
  ceremony: Ceremony,
  index: number,
  request: Parameters<typeof prepareRestore>[0],
): Promise<undefined> {
  const { host, log, stage } = ceremony;
  const { elsewhere, around } = host;
  if (elsewhere?.planOut === undefined) throw new TypeError("nowhere to write a plan");
  const out = resolve(elsewhere.planOut);
  assertAbsent(out);
  const session = await elsewhere.newSession(log.start.rehearsal);
  const { plan, quorum, view } = prepareRestore(
    { ...request, lifetime: elsewhere.lifetime, session },
    host.catalogue,
    around,
  );
  tellPlan(ceremony, index, plan, out);
  const bytes = writePlanFile(plan, [quorum], request.hostKey);
  const { kept, identity } = session;
  const stored = { version: 1 as const, plan: plan.id, expires: plan.expires, kept, identity };
  keepRestore(around.state, plan.vault, stored, request.hostKey, bytes);
  createFileDurably(out, bytes);
  elsewhere.planOut = undefined;
  await stage.planSent(view, out);
  return undefined;
}

/** The plan that was written for custodians elsewhere, if it can still be executed. */
function openRestoreOf({ host, log }: Ceremony, index: number, file: HashedBackup): PreparedRestore | undefined {
  const sent = plansOf(log, index).at(-1);
  if (sent === undefined || sent.file === null) return undefined;
  const { around, catalogue, vault: path } = host;
  const bytes = keptRestorePlan(around.state, file.head.vault, sent.plan);
  if (bytes === undefined) return undefined;
  const hostKey = keptHostKey(around.state, file.head.vault, sent.plan);
  return prepareRestoreFile(parsePlanFile(bytes), { file, path, hostKey }, catalogue, around);
}

function tellPlan({ log }: Ceremony, step: number, plan: Plan, file: string | null): void {
  log.append({ event: "plan", step, plan: plan.id, digest: planDigest(plan), file });
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
    removeRestore(ceremony.host.around.state, vault.identity.id, plan);
    return { lines: [{ label: "Plan", value: plan }, ...(await vaultLines(vault))] };
  }
  return undefined;
}
