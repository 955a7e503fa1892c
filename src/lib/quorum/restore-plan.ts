import type { PlannedAction } from "./action.ts";

/** Name of the act that makes a vault of a backup, and the type of its entry. */
export const RESTORE = "vault.restore";

/**
 * Whether a plan is one of a restore. Such a plan is apart: a host signs it that no custodian's machine can know yet,
 * and no vault executes it.
 */
export function isRestorePlan({ actions }: { actions: readonly PlannedAction[] }): boolean {
  return actions.some(({ action }) => action === RESTORE);
}
