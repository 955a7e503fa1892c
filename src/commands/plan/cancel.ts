import * as Args from "@oclif/core/args";
import { ConclaveError } from "../../lib/errors.ts";
import { LIMITS } from "../../lib/limits.ts";
import { cancelPlan, type OpenPlan } from "../../lib/quorum/open-plans.ts";
import { readPlanFile } from "../../lib/terminal/document-files.ts";
import { reasonFlag } from "../../lib/terminal/flags.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class PlanCancel extends VaultCommand {
  static override summary = "Cancel an open plan: its approvals are worth nothing from then on";
  static override description =
    "Needs no quorum, and is recorded with who did it. Nothing is lost: a plan can be made anew.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments.plan --reason 'wrong keyring'",
    "<%= config.bin %> <%= command.id %> 3f9c2b7d0e5a4f618899aabbccddeeff",
  ];
  static override args = {
    plan: Args.string({ description: "plan file, or id of the plan", required: true }),
  };
  static override flags = { ...reasonFlag };

  async run(): Promise<OpenPlan & { entry: number }> {
    const { args, flags } = await this.parse(PlanCancel);
    const id = /^[0-9a-f]{32}$/.test(args.plan) ? args.plan : readPlanFile(args.plan).plan.id;
    const reason = flags.reason ?? "";
    if (reason.length > LIMITS.textLength)
      throw new ConclaveError("USAGE", `--reason: ${LIMITS.textLength} characters at most`);
    return this.withVault(flags, async (vault) => {
      const cancelled = await cancelPlan(vault, id, reason);
      this.result(`Plan ${cancelled.id} is cancelled, entry ${cancelled.entry}`);
      return cancelled;
    });
  }
}
