import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../clock.ts";
import { planTransition } from "../key/request.ts";
import type { Transition } from "../key/state.ts";
import { type KeysDone, keysDone, keysText } from "./key-acts.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "./sensitive-command.ts";
import { sensitiveFlags } from "./sensitive-flags.ts";

/** Keys, one or more, in one plan. */
export const keysArgument = {
  key: Args.string({ description: "NAME or KEYRING/NAME, one or more", required: true, multiple: true }),
};

/** Only one version of the key. */
export const versionFlag = {
  version: Flags.integer({ summary: "only this version of the key", helpValue: "N", min: 1 }),
};

/** A command that moves keys from one state to another: one plan, one quorum, for all that are named. */
export abstract class TransitionCommand extends SensitiveCommand {
  // Help collects statics class by class, and stops at one that has none of its own: SensitiveCommand.
  static override enableJsonFlag = true;
  static override baseFlags = SensitiveCommand.baseFlags;
  static override strict = false;
  static override args = keysArgument;
  static override flags = { ...sensitiveFlags, ...versionFlag };

  protected abstract readonly transition: Transition;

  async run(): Promise<KeysDone | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(TransitionCommand);
    return this.withVault(flags, async (vault) => {
      const time = timestamp(vault.clock());
      const planned = await Promise.all(
        args.key.map((name) =>
          planTransition(vault.reader, this.transition, name, flags.version, flags.reason ?? "", time),
        ),
      );
      const done = await this.perform(vault, flags, planned);
      if (!("effects" in done)) return done;
      const result = await keysDone(vault, done);
      this.result(keysText(result.keys));
      return result;
    });
  }
}
