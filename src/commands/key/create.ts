import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ALGORITHM_NAMES } from "../../lib/key/algorithm.ts";
import type { KeyDescription } from "../../lib/key/describe.ts";
import { planKeyCreate } from "../../lib/key/request.ts";
import { keyMade } from "../../lib/terminal/key-acts.ts";
import { keyText } from "../../lib/terminal/key-text.ts";
import { keyringFlag, newKeyFlags } from "../../lib/terminal/new-key-flags.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyCreate extends SensitiveCommand {
  static override summary = "Make a key, whose material nobody sees";
  static override description =
    "The custodians of the keyring's quorum approve it. A new key is active at once and shows a check value (AES: leftmost 5 bytes of the CMAC of a zero block, ANSI X9.24-1) or the fingerprint of its public half.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments --algorithm aes-256",
    "<%= config.bin %> <%= command.id %> signing --algorithm ed25519 --share alice.share --share bob.share --passphrase-file alice=a --passphrase-file bob=b --yes",
    "<%= config.bin %> <%= command.id %> backups --algorithm aes-256 --usage wrap --usage unwrap --cryptoperiod 1y --dry-run",
  ];
  static override args = {
    name: Args.string({ description: "name of the new key: NAME or KEYRING/NAME", required: true }),
  };
  static override flags = {
    ...sensitiveFlags,
    ...keyringFlag,
    algorithm: Flags.option({ summary: "what kind of key", options: ALGORITHM_NAMES, required: true })(),
    ...newKeyFlags,
  };

  async run(): Promise<{ plan: string; entries: number[]; key: KeyDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyCreate);
    return this.withVault(flags, async (vault) => {
      const planned = await planKeyCreate(vault.reader, {
        ...flags,
        name: args.name,
        usages: flags.usage,
        preActive: flags["pre-active"],
        activateAt: flags["activate-at"],
        deactivateAt: flags["deactivate-at"],
      });
      const done = await this.perform(vault, flags, [planned]);
      if (!("effects" in done)) return done;

      const key = await keyMade(vault, planned, done);
      this.result(keyText(key));
      return { plan: done.plan, entries: done.entries, key };
    });
  }
}
