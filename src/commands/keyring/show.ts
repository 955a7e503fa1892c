import * as Args from "@oclif/core/args";
import { describeKeyring, type KeyringDescription } from "../../lib/key/keyring.ts";
import { keyringText } from "../../lib/terminal/keyring-text.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyringShow extends VaultCommand {
  static override summary = "Show a keyring";
  static override examples = ["<%= config.bin %> <%= command.id %> default"];
  static override args = {
    name: Args.string({ description: "name of the keyring", required: true }),
  };

  async run(): Promise<KeyringDescription> {
    const { args, flags } = await this.parse(KeyringShow);
    return this.withVault(flags, async ({ reader }) => {
      const keyring = await describeKeyring(reader, args.name);
      this.result(keyringText(keyring));
      this.noteUnverified();
      return keyring;
    });
  }
}
