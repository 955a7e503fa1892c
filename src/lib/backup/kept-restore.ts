import type { KeyObject } from "node:crypto";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, ioExplained, readSmallFile } from "../host/files.ts";
import { loadHostKey, saveHostKey } from "../host/host-key.ts";
import { keptSessions, removeSession, type StoredSession, saveSession, sweepSessions } from "../host/sessions.ts";
import { LIMITS } from "../limits.ts";

/** In the folder of a restore plan: the plan itself. */
const PLAN = "restore.plan";

/**
 * Keep what a restore plan needs on this host until it is executed or expires: its session, and the new host key.
 * @param plan bytes of the plan file, where nobody brings it again: in a ceremony
 */
export function keepRestore(
  state: string,
  vault: string,
  session: StoredSession,
  hostKey: KeyObject,
  plan?: Uint8Array,
): void {
  const folder = folderOf(state, vault, session.plan);
  createPrivateDirectory(folder);
  saveHostKey(folder, hostKey);
  if (plan !== undefined) createFileDurably(join(folder, PLAN), plan);
  saveSession(state, vault, session);
}

/** The plan file of a ceremony's restore; undefined if it was executed, or has expired. */
export function keptRestorePlan(state: string, vault: string, plan: string): Uint8Array | undefined {
  try {
    return readSmallFile(join(folderOf(state, vault, plan), PLAN), LIMITS.documentBytes);
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The new host key of a restore plan. @throws ConclaveError PLAN_INVALID this host didn't make the plan, or it ended */
export function keptHostKey(state: string, vault: string, plan: string): KeyObject {
  try {
    return loadHostKey(folderOf(state, vault, plan));
  } catch (error) {
    if (!isConclaveError(error, "NOT_FOUND")) throw error;
    throw new ConclaveError(
      "PLAN_INVALID",
      `plan ${plan}: its host key is not on this host: executed, expired, or made elsewhere`,
      { cause: error, suggestions: ["Make the plan anew: conclave restore FILE --plan-out PLAN"] },
    );
  }
}

/** Remove what was kept for a plan. */
export function removeRestore(state: string, vault: string, plan: string): void {
  removeSession(state, vault, plan);
  ioExplained(state, () => rmSync(folderOf(state, vault, plan), { recursive: true, force: true }));
}

/** Remove what was kept for restore plans of the vault that expired. */
export function sweepRestores(state: string, vault: string, now: Date): void {
  sweepSessions(state, vault, now, () => false);
  const folder = join(state, vault, "restores");
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return;
  const kept = keptSessions(state, vault);
  for (const plan of ioExplained(folder, () => readdirSync(folder)))
    if (!kept.includes(plan)) removeRestore(state, vault, plan);
}

function folderOf(state: string, vault: string, plan: string): string {
  return join(state, vault, "restores", plan);
}
