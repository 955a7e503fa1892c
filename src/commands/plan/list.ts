import { listOpenPlans, type OpenPlan } from "../../lib/quorum/open-plans.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class PlanList extends VaultCommand {
  static override summary = "List the plans that wait for approvals";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<{ plans: OpenPlan[]; next: null }> {
    const { flags } = await this.parse(PlanList);
    return this.withVault(flags, async (vault) => {
      const plans = await listOpenPlans(vault);
      this.result(
        table(
          ["PLAN", "ACTIONS", "REQUESTED BY", "REASON", "EXPIRES"],
          plans.map(({ id, actions, requester, reason, expires }) => [
            id,
            actions.join(", "),
            requester,
            reason,
            expires,
          ]),
        ),
      );
      return { plans, next: null };
    });
  }
}
