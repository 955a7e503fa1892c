import { expect } from "vitest";
import type { ErrorCode } from "../../src/lib/errors.ts";
import type { Interaction } from "../../src/lib/quorum/interaction.ts";
import { listOpenPlans, type OpenPlan } from "../../src/lib/quorum/open-plans.ts";
import type { PlanFile } from "../../src/lib/quorum/plan-file.ts";
import { executeSent } from "./desk.ts";
import { refusalOf } from "./refusal.ts";
import { refusalsOf, stateOf } from "./refusals.ts";
import type { MadeVault } from "./vault.ts";

/** How an execute is refused. */
export interface WantedRefusal {
  code: ErrorCode;
  message: string;
  /** Whether an entry tells of it; yes, if not given. */
  recorded?: boolean;
}

/**
 * Executing this plan with these approvals is refused; nothing changes, one entry at most says why, and what was open
 * before is open still.
 */
export async function expectRefused(
  made: MadeVault,
  file: PlanFile,
  approvals: readonly Uint8Array[],
  { code, message, recorded = true }: WantedRefusal,
  people: Interaction = made.interaction(),
): Promise<void> {
  const [state, refusals, open] = [await stateOf(made), await refusalsOf(made), await openPlansOf(made)];
  const executing = executeSent(made, file, approvals, people);
  expect(await refusalOf(executing)).toEqual({ code, message });
  expect(await stateOf(made)).toEqual(state);
  expect(await refusalsOf(made)).toEqual([...refusals, ...(recorded ? [{ code, message }] : [])]);
  expect(await openPlansOf(made)).toEqual(open);
}

/** The plans that wait for approvals on the host. */
export async function openPlansOf(made: MadeVault): Promise<OpenPlan[]> {
  await using vault = await made.open();
  return await listOpenPlans(vault);
}
