import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { describeKeyring, type KeyringDescription } from "../../lib/key/keyring.ts";
import { keyringCreate } from "../../lib/key/keyring-create.ts";
import { ROOT_QUORUM, requireQuorum } from "../../lib/quorum/state.ts";
import { keyringText } from "../../lib/terminal/keyring-text.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyringCreate extends SensitiveCommand {
  static override summary = "Make a keyring: keys under a key-encryption key of their own";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments",
    "<%= config.bin %> <%= command.id %> cards --quorum payments",
  ];
  static override args = {
    name: Args.string({ description: "name of the new keyring", required: true }),
  };
  static override flags = {
    ...sensitiveFlags,
    quorum: Flags.string({ summary: "the quorum that guards it", helpValue: "NAME", default: ROOT_QUORUM }),
  };

  async run(): Promise<{ plan: string; entries: number[]; keyring: KeyringDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyringCreate);
    return this.withVault(flags, async (vault) => {
      const { id, name } = await requireQuorum(vault.reader, flags.quorum);
      const done = await this.perform(vault, flags, [
        { action: keyringCreate.name, parameters: { name: args.name, quorum: { id, name } } },
      ]);
      if (!("effects" in done)) return done;
      const keyring = await describeKeyring(vault.reader, args.name);
      this.result(keyringText(keyring));
      return { plan: done.plan, entries: done.entries, keyring };
    });
  }
}
