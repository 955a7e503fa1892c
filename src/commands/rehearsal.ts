import * as Flags from "@oclif/core/flags";
import { ConclaveCommand } from "../lib/terminal/base-command.ts";
import { hasTerminal } from "../lib/terminal/prompt.ts";
import { rehearseFirstCeremony } from "../lib/terminal/rehearsal.ts";

export default class Rehearsal extends ConclaveCommand {
  static override summary = "Be led through a first ceremony, in a throwaway vault";
  static override description =
    "Genesis with three custodians, a key made by two of them, the audit chain verified: each command is shown and run. On a terminal you play the custodians; otherwise passphrases are generated.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --unattended",
  ];
  static override enableJsonFlag = false;
  static override flags = {
    unattended: Flags.boolean({ default: false, summary: "generate passphrases, ask nothing" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Rehearsal);
    await rehearseFirstCeremony(hasTerminal() && !flags.unattended);
  }
}
