import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { ALGORITHM_NAMES, USAGES } from "../../lib/key/algorithm.ts";
import { describeKey, type KeyDescription } from "../../lib/key/describe.ts";
import { planKeyCreate } from "../../lib/key/request.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { keyText } from "../../lib/terminal/key-text.ts";
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
    keyring: Flags.string({ summary: "keyring of the key", helpValue: "NAME", default: "default" }),
    algorithm: Flags.option({ summary: "what kind of key", options: ALGORITHM_NAMES, required: true })(),
    usage: Flags.option({
      summary: "what it may be used for; once for each",
      options: USAGES,
      multiple: true,
      multipleNonGreedy: true,
    })(),
    tag: Flags.string({
      summary: "a note that lists can be filtered by",
      helpValue: "NAME=VALUE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    cryptoperiod: Flags.string({ summary: "how long before it is to be rotated: 90d, 1y", helpValue: "DURATION" }),
    "pre-active": Flags.boolean({ default: false, summary: "not usable until it is activated, or its date comes" }),
    "activate-at": Flags.string({
      summary: "when it becomes active by itself, in UTC; begins pre-active",
      helpValue: "TIME",
    }),
    "deactivate-at": Flags.string({ summary: "when it is deactivated by itself, in UTC", helpValue: "TIME" }),
    exportable: Flags.boolean({ default: false, summary: "a quorum may export it, wrapped; can't be granted later" }),
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

      const key = await describeKey(
        vault.reader,
        `${planned.parameters.keyring.name}/${planned.parameters.name}`,
        timestamp(vault.clock()),
      );
      if (key.id !== done.effects[0]?.data["key"])
        throw new ConclaveError("INTEGRITY", "keys: the key that was made is not the one that is found");
      this.result(keyText(key));
      return { plan: done.plan, entries: done.entries, key };
    });
  }
}
