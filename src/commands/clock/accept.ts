import { timestamp } from "../../lib/clock.ts";
import { clockAccept } from "../../lib/quorum/clock-accept.ts";
import type { Executed } from "../../lib/quorum/execute-approved.ts";
import { executedText } from "../../lib/terminal/result-text.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class ClockAccept extends SensitiveCommand {
  static override summary = "Accept the host's clock, after one that ran far ahead";
  static override description =
    "Acts are refused while the clock is more than two minutes behind the last approved act. If that act was dated by a wrong clock, the root quorum accepts the clock as it is now; plans made before are cancelled.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --reason 'clock was a year ahead until the battery was changed'",
  ];
  static override flags = sensitiveFlags;

  async run(): Promise<Executed | DryRun | PlanWritten> {
    const { flags } = await this.parse(ClockAccept);
    return this.withVault(flags, async (vault) => {
      const planned = { action: clockAccept.name, parameters: { time: timestamp(vault.clock()) } };
      const done = await this.perform(vault, flags, [planned]);
      if ("effects" in done) this.result(executedText(done));
      return done;
    });
  }
}
