import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { planRotate, planRotateDue } from "../../lib/key/request.ts";
import { type KeysDone, keysDone, keysText } from "../../lib/terminal/key-acts.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyRotate extends SensitiveCommand {
  static override summary = "Make a new version of keys; the one before protects nothing new";
  static override description =
    "The new version is active at once, the old one deactivated: it opens and checks what it protected. --due names every active key whose cryptoperiod ended, before the plan is made.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments",
    "<%= config.bin %> <%= command.id %> --due --keyring default",
  ];
  static override strict = false;
  static override args = {
    key: Args.string({ description: "NAME or KEYRING/NAME, one or more", multiple: true }),
  };
  static override flags = {
    ...sensitiveFlags,
    due: Flags.boolean({ default: false, summary: "all active keys whose cryptoperiod ended" }),
    keyring: Flags.string({ summary: "with --due: only keys of this keyring", helpValue: "NAME" }),
  };

  async run(): Promise<KeysDone | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyRotate);
    const names: readonly string[] = args.key ?? [];
    if (flags.due === names.length > 0) throw new ConclaveError("USAGE", "name keys, or give --due");
    if (!flags.due && flags.keyring !== undefined) {
      throw new ConclaveError("USAGE", "--keyring goes with --due: a key is named KEYRING/NAME");
    }
    return this.withVault(flags, async (vault) => {
      const planned = flags.due
        ? await planRotateDue(vault.reader, flags.keyring, timestamp(vault.clock()))
        : await Promise.all(names.map((name) => planRotate(vault.reader, name)));
      if (planned.length === 0) throw new ConclaveError("REFUSED", "no key is due");
      const done = await this.perform(vault, flags, planned);
      if (!("effects" in done)) return done;
      const result = await keysDone(vault, done);
      this.result(keysText(result.keys));
      return result;
    });
  }
}
