import * as Args from "@oclif/core/args";
import { findKeyring } from "../../lib/key/find.ts";
import { describeKeyring, type KeyringDescription } from "../../lib/key/keyring.ts";
import { keyringRewrap } from "../../lib/key/keyring-rewrap.ts";
import { keyringText } from "../../lib/terminal/keyring-text.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyringRewrap extends SensitiveCommand {
  static override summary = "Wrap everything in a keyring under its newest key-encryption key";
  static override description =
    "One transaction; the older key-encryption keys are destroyed, since nothing needs them any more.";
  static override examples = ["<%= config.bin %> <%= command.id %> default"];
  static override args = {
    name: Args.string({ description: "name of the keyring", required: true }),
  };
  static override flags = sensitiveFlags;

  async run(): Promise<{ plan: string; entries: number[]; keyring: KeyringDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyringRewrap);
    return this.withVault(flags, async (vault) => {
      const { id, name, kekVersion } = await findKeyring(vault.reader, args.name);
      const parameters = { keyring: { id, name }, to: kekVersion };
      const done = await this.perform(vault, flags, [{ action: keyringRewrap.name, parameters }]);
      if (!("effects" in done)) return done;
      const keyring = await describeKeyring(vault.reader, name);
      this.result(keyringText(keyring));
      return { plan: done.plan, entries: done.entries, keyring };
    });
  }
}
