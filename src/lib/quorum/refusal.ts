import { timestamp } from "../clock.ts";
import { type ErrorCode, isConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";
import { type Plan, planDigest } from "./plan.ts";

/** What leaves no entry: the vault can't be written or must not be, or the plan merely waits. */
const WITHOUT_ENTRY: readonly ErrorCode[] = ["INTEGRITY", "BUSY", "HOST_IO", "HOST_PREFLIGHT", "WAITING_FOR_PEOPLE"];

/** Record that a plan did not come to its end, and why. The plan stays open. */
export async function recordRefusal(vault: Vault, plan: Plan, error: unknown): Promise<void> {
  if (!isConclaveError(error) || WITHOUT_ENTRY.includes(error.code)) return;
  const used = await vault.reader.find("plans", { id: plan.id });
  if (used?.outcome === "executed" && error.code !== "PLAN_INVALID") return; // what went wrong afterwards refuses nothing
  const data = {
    plan: plan.id,
    digest: planDigest(plan),
    actions: plan.actions.map(({ action }) => action),
    code: error.code,
    message: error.message.slice(0, 2 * LIMITS.textLength).toWellFormed(),
  };
  const { id, epoch } = vault.identity;
  await vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(vault.clock()), actor(), { type: "plan.refuse", data }),
  );
}
