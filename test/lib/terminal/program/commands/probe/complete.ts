import * as Flags from "@oclif/core/flags";
import type { Executed } from "../../../../../../src/lib/quorum/execute-approved.ts";
import { Founding } from "../../../../../../src/lib/terminal/founding.ts";
import { SensitiveCommand } from "../../../../../../src/lib/terminal/sensitive-command.ts";
import type { Vault } from "../../../../../../src/lib/vault/vault.ts";

/** What a sensitive command does after its plan was executed, which made a file and no shares. */
export default class ProbeComplete extends SensitiveCommand {
  static override summary = "Complete a plan";
  static override flags = { displaced: Flags.boolean({ default: false }) };

  async run(): Promise<Executed> {
    const { flags } = await this.parse(ProbeComplete);
    const files = [{ path: "made", displaced: flags.displaced }];
    const executed = { plan: "0".repeat(32), entries: [1], effects: [], files };
    const passphrases = { files: new Map<string, string>(), warn: (message: string) => this.warn(message) };
    const founding = new Founding({
      passphrases,
      flag: "--new-passphrase-file",
      weak: false,
      context: [],
      quiet: true,
    });
    return await this.complete({} as Vault, executed, founding);
  }
}
