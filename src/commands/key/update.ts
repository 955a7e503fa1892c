import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { USAGES } from "../../lib/key/algorithm.ts";
import { planUpdate } from "../../lib/key/request.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { type KeysDone, keysDone, keysText } from "../../lib/terminal/key-acts.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyUpdate extends SensitiveCommand {
  static override summary = "Change a key's name, tags or cryptoperiod; narrow its usages";
  static override description =
    "Usages and exportable can only be narrowed. A name that a key once had is not given again.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments --tag owner=finance --cryptoperiod 90d",
    "<%= config.bin %> <%= command.id %> payments --usage decrypt",
  ];
  static override args = {
    key: Args.string({ description: "NAME or KEYRING/NAME", required: true }),
  };
  static override flags = {
    ...sensitiveFlags,
    name: Flags.string({ summary: "new name", helpValue: "NAME" }),
    tag: Flags.string({
      summary: "tag to add or change; once for each",
      helpValue: "NAME=VALUE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    "remove-tag": Flags.string({
      summary: "tag to remove; once for each",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    cryptoperiod: Flags.string({ summary: "how long before it is to be rotated: 90d, or none", helpValue: "DURATION" }),
    usage: Flags.option({
      summary: "all usages that it keeps; once for each",
      options: USAGES,
      multiple: true,
      multipleNonGreedy: true,
    })(),
    "not-exportable": Flags.boolean({ default: false, summary: "never exported from now on" }),
  };

  async run(): Promise<KeysDone | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyUpdate);
    return this.withVault(flags, async (vault) => {
      const planned = await planUpdate(vault.reader, args.key, {
        name: flags.name,
        tag: flags.tag,
        removeTag: flags["remove-tag"],
        cryptoperiod: flags.cryptoperiod,
        usages: flags.usage,
        notExportable: flags["not-exportable"],
      });
      const done = await this.perform(vault, flags, [planned]);
      if (!("effects" in done)) return done;
      const result = await keysDone(vault, done);
      this.result(keysText(result.keys));
      return result;
    });
  }
}
