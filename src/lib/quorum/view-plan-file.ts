import { ConclaveError } from "../errors.ts";
import { type Actions, type BoundAction, bindAction, joinConfirmations } from "./action.ts";
import { type PlanFile, planQuorums } from "./plan-file.ts";
import { type PlanView, viewPlan } from "./plan-view.ts";

/** What a person must see of a plan file. @throws ConclaveError PLAN_INVALID: an unknown action, or wrong parameters */
export function viewPlanFile(catalogue: Actions, file: PlanFile): PlanView {
  return viewPlan(file.plan, boundActions(catalogue, file), planQuorums(file));
}

/** What must be typed to approve a plan that can't be undone. */
export function planConfirmation(catalogue: Actions, file: PlanFile): string | undefined {
  return joinConfirmations(boundActions(catalogue, file).map((action) => action.confirmation()));
}

/** Whether shares alone, without custodian keys, may approve it. */
export function isRecoverable(catalogue: Actions, file: PlanFile): boolean {
  return boundActions(catalogue, file).every(({ recoverable }) => recoverable);
}

function boundActions(catalogue: Actions, { plan }: PlanFile): BoundAction[] {
  return plan.actions.map((planned, i) =>
    bindAction(
      catalogue,
      planned,
      (problem) => new ConclaveError("PLAN_INVALID", `plan file: actions[${i}]: ${problem}`),
    ),
  );
}
