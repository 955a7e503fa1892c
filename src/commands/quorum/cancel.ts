import * as Args from "@oclif/core/args";
import { type CancelledGeneration, cancelGeneration } from "../../lib/quorum/cancel-generation.ts";
import { show } from "../../lib/terminal/escape.ts";
import { reasonFlag } from "../../lib/terminal/flags.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class QuorumCancel extends VaultCommand {
  static override summary = "Give up a generation that not all of its custodians proved";
  static override description =
    "Needs no quorum: the generation before is in force, as it was all the time. The share files of the pending one are removed, each if it still is as it was written. A new quorum that is pending is forgotten.";
  static override examples = ["<%= config.bin %> <%= command.id %> root --reason 'dave declined'"];
  static override args = { name: Args.string({ description: "name of the quorum", required: true }) };
  static override flags = { ...reasonFlag };

  async run(): Promise<CancelledGeneration> {
    const { args, flags } = await this.parse(QuorumCancel);
    return this.withVault(flags, async (vault) => {
      const cancelled = await cancelGeneration(vault, args.name, flags.reason ?? "");
      for (const file of cancelled.left) this.warn(`${file} is not as it was written, and was left`);
      const { quorum, generation, entry } = cancelled;
      this.result(
        `Generation ${generation} of quorum ${show(quorum)} is cancelled, entry ${entry}; destroy its shares`,
      );
      return cancelled;
    });
  }
}
