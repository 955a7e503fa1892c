import * as Args from "@oclif/core/args";
import { ACTIONS } from "../../lib/catalogue.ts";
import type { Plan } from "../../lib/quorum/plan.ts";
import { viewPlanFile } from "../../lib/quorum/view-plan-file.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { readPlanFile } from "../../lib/terminal/document-files.ts";
import { planText } from "../../lib/terminal/plan-text.ts";

export default class PlanShow extends ConclaveCommand {
  static override summary = "Show a plan file: what, who asks, who must approve, the digest in hex and words";
  static override description =
    "Needs no vault. That the file hangs together is checked; whether its host is the vault's is checked by plan approve.";
  static override examples = ["<%= config.bin %> <%= command.id %> payments.plan"];
  static override args = {
    plan: Args.string({ description: "plan file", required: true }),
  };

  async run(): Promise<{ plan: Plan; digest: string; words: string; hostKey: string }> {
    const { args } = await this.parse(PlanShow);
    const file = readPlanFile(args.plan);
    const view = viewPlanFile(ACTIONS, file);
    this.result(planText(view));
    return { plan: file.plan, digest: view.digest, words: view.words, hostKey: file.hostKey };
  }
}
