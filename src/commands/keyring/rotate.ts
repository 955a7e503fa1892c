import * as Args from "@oclif/core/args";
import { findKeyring } from "../../lib/key/find.ts";
import { describeKeyring, type KeyringDescription } from "../../lib/key/keyring.ts";
import { keyringRotate } from "../../lib/key/keyring-rotate.ts";
import { keyringText } from "../../lib/terminal/keyring-text.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyringRotate extends SensitiveCommand {
  static override summary = "Make a new key-encryption key for a keyring";
  static override description = "New keys are wrapped under it at once; conclave keyring rewrap moves the others.";
  static override examples = ["<%= config.bin %> <%= command.id %> default"];
  static override args = {
    name: Args.string({ description: "name of the keyring", required: true }),
  };
  static override flags = sensitiveFlags;

  async run(): Promise<{ plan: string; entries: number[]; keyring: KeyringDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyringRotate);
    return this.withVault(flags, async (vault) => {
      const { id, name, kekVersion } = await findKeyring(vault.reader, args.name);
      const parameters = { keyring: { id, name }, from: kekVersion };
      const done = await this.perform(vault, flags, [{ action: keyringRotate.name, parameters }]);
      if (!("effects" in done)) return done;
      const keyring = await describeKeyring(vault.reader, name);
      this.result(keyringText(keyring));
      return { plan: done.plan, entries: done.entries, keyring };
    });
  }
}
