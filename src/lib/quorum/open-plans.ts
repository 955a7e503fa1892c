import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fromHex, hex } from "../bytes.ts";
import { timestamp } from "../clock.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, ioExplained, readSmallFile, removeFileDurably } from "../host/files.ts";
import { keptSessions, loadSession, removeSession, saveSession, sweepSessions } from "../host/sessions.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import type { Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";
import { type Plan, planDigest } from "./plan.ts";
import { type PlanFile, parsePlanFile, writePlanFile } from "./plan-file.ts";
import type { PreparedPlan } from "./prepare.ts";
import type { NewSession } from "./session.ts";

/** A plan that waits for approvals. */
export interface OpenPlan {
  id: string;
  digest: string;
  actions: string[];
  requester: string;
  reason: string;
  created: string;
  expires: string;
}

/**
 * Keep a plan and its session on the host until it is executed, cancelled or expires.
 * @returns the bytes of the plan file, for the custodians
 */
export function keepPlan(vault: Vault, { plan, quorums }: PreparedPlan, session: NewSession): Uint8Array {
  const bytes = writePlanFile(plan, quorums, vault.hostKey());
  const { kept, identity } = session;
  const key = vault.streams?.inputKey;
  const inputKey = key === undefined ? {} : { inputKey: hex(key.reveal()) };
  const { id, expires } = plan;
  saveSession(vault.state, vault.identity.id, { version: 1, plan: id, expires, kept, identity, ...inputKey });
  createPrivateDirectory(folder(vault));
  createFileDurably(join(folder(vault), `${plan.id}.plan`), bytes);
  return bytes;
}

/** A plan that this host keeps, if it can still be executed. @param id of the plan */
export async function keptPlan(vault: Vault, id: string): Promise<PlanFile | undefined> {
  const file = keptIds(vault).includes(id) ? readKept(vault, id) : undefined;
  return file === undefined || (await hasEnded(vault, file.plan)) ? undefined : file;
}

/** The key under which an open plan commits to secret inputs, the caller's to dispose of; undefined if it has none here. */
export function keptInputKey(vault: Vault, { id, session }: Plan): Secret | undefined {
  if (session === null || !keptSessions(vault.state, vault.identity.id).includes(id)) return undefined;
  const { inputKey } = loadSession(vault.state, vault.identity.id, id);
  return inputKey === undefined ? undefined : new Secret(fromHex(inputKey));
}

/** Remove what the host kept of a plan that came to its end. */
export function closePlan(vault: Vault, plan: string): void {
  removeSession(vault.state, vault.identity.id, plan);
  removeFileDurably(join(folder(vault), `${plan}.plan`));
}

/** Plans that can still be executed, the oldest first. */
export async function listOpenPlans(vault: Vault): Promise<OpenPlan[]> {
  const open: OpenPlan[] = [];
  for (const id of keptIds(vault)) {
    const plan = readKept(vault, id)?.plan;
    if (plan !== undefined && !(await hasEnded(vault, plan))) open.push(describe(plan));
  }
  return open.sort((a, b) => (a.created < b.created ? -1 : 1));
}

/**
 * Cancel an open plan; needs no quorum, and is recorded.
 * @param id of the plan
 * @throws ConclaveError NOT_FOUND
 */
export async function cancelPlan(vault: Vault, id: string, reason: string): Promise<OpenPlan & { entry: number }> {
  const plan = keptIds(vault).includes(id) ? readKept(vault, id)?.plan : undefined;
  if (plan === undefined) {
    throw new ConclaveError("NOT_FOUND", `no open plan ${id}`, { suggestions: ["List them: conclave plan list"] });
  }
  const entry = await vault.actLocked(async ({ writer, chain }) => {
    const used = await writer.find("plans", { id });
    if (used !== undefined)
      throw new ConclaveError("PLAN_INVALID", `the plan was ${used.outcome} at entry ${used.sequence}`);
    const place = { vault: vault.identity.id, epoch: vault.identity.epoch };
    const data = { plan: id, digest: planDigest(plan), reason };
    return chain.append(writer, place, timestamp(vault.clock()), actor(), { type: "plan.cancel", data });
  });
  closePlan(vault, id);
  return { ...describe(plan), entry };
}

/**
 * Remove the sessions and copies of plans that were executed or cancelled, or have expired.
 * @throws IntegrityError one that can't be read, once the others are removed
 */
export async function sweepPlans(vault: Vault): Promise<void> {
  const ended = new Set<string>();
  const kept = keptIds(vault);
  for (const id of new Set([...kept, ...keptSessions(vault.state, vault.identity.id)])) {
    if ((await vault.reader.find("plans", { id })) !== undefined) ended.add(id);
  }
  const unreadable: unknown[] = [];
  for (const id of kept) {
    try {
      const plan = readKept(vault, id)?.plan;
      if (plan !== undefined && (await hasEnded(vault, plan))) ended.add(id);
    } catch (error) {
      unreadable.push(error);
    }
  }
  // The copy goes last: it alone tells that a plan was cancelled by clock.accept.
  sweepSessions(vault.state, vault.identity.id, vault.clock(), (plan) => ended.has(plan));
  for (const id of kept) if (ended.has(id)) removeFileDurably(join(folder(vault), `${id}.plan`));
  if (unreadable.length > 0) throw unreadable[0];
}

async function hasEnded(vault: Vault, plan: Plan): Promise<boolean> {
  if (Date.parse(plan.expires) <= vault.clock().getTime()) return true;
  if (plan.head.size < (vault.identity.clockAccepted ?? 0)) return true;
  return (await vault.reader.find("plans", { id: plan.id })) !== undefined;
}

function keptIds(vault: Vault): string[] {
  const path = folder(vault);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return ioExplained(path, () => readdirSync(path)).flatMap((name) => /^([0-9a-f]{32})\.plan$/.exec(name)?.[1] ?? []);
}

/** @returns undefined if another process removed it. @throws IntegrityError it is not what this host keeps there */
function readKept(vault: Vault, id: string): PlanFile | undefined {
  const path = join(folder(vault), `${id}.plan`);
  try {
    const file = parsePlanFile(readSmallFile(path, LIMITS.documentBytes));
    if (file.plan.id === id && file.hostKey === vault.identity.hostKey) return file;
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    if (!isConclaveError(error, "PLAN_INVALID")) throw error;
    throw new IntegrityError(path, error.message, { cause: error });
  }
  throw new IntegrityError(path, "not the plan that this host kept there");
}

function describe(plan: Plan): OpenPlan {
  const { id, requester, reason, created, expires, actions } = plan;
  return {
    id,
    digest: planDigest(plan),
    actions: actions.map(({ action }) => action),
    requester,
    reason,
    created,
    expires,
  };
}

function folder(vault: Vault): string {
  return join(vault.path, "plans");
}
