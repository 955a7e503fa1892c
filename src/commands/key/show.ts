import * as Args from "@oclif/core/args";
import { timestamp } from "../../lib/clock.ts";
import { describeKey, type KeyDescription } from "../../lib/key/describe.ts";
import { keyText } from "../../lib/terminal/key-text.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyShow extends VaultCommand {
  static override summary = "Show a key and its versions";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments",
    "<%= config.bin %> <%= command.id %> default/payments --json",
  ];
  static override args = {
    name: Args.string({ description: "NAME or KEYRING/NAME", required: true }),
  };

  async run(): Promise<KeyDescription> {
    const { args, flags } = await this.parse(KeyShow);
    return this.withVault(flags, async ({ reader, clock }) => {
      const key = await describeKey(reader, args.name, timestamp(clock()));
      this.result(keyText(key));
      this.noteUnverified();
      return key;
    });
  }
}
