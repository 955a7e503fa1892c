import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { utf8 } from "../../lib/bytes.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { assertCreatable } from "../../lib/host/checked-file.ts";
import { outputPath } from "../../lib/host/planned-output.ts";
import type { KeyDescription } from "../../lib/key/describe.ts";
import { planWrappingKey } from "../../lib/key/wrapping-key.ts";
import { show } from "../../lib/terminal/escape.ts";
import { keyMade } from "../../lib/terminal/key-acts.ts";
import { keyringFlag } from "../../lib/terminal/new-key-flags.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { fileOf } from "../../lib/terminal/stream-output.ts";
import type { Vault } from "../../lib/vault/vault.ts";

export default class KeyWrappingKey extends SensitiveCommand {
  static override summary = "Make a key to which others wrap one key for the vault";
  static override description =
    "RSA-4096, for unwrap alone. Its private half never leaves the vault; its public half goes, as PEM, to whoever has the key that is to come. One key import --wrapped uses it up; unused, it expires.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> inbound --out inbound.pem",
    "<%= config.bin %> <%= command.id %> cards/inbound --expires 2d --out inbound.pem",
  ];
  static override args = {
    name: Args.string({ description: "name of the wrapping key: NAME or KEYRING/NAME", required: true }),
  };
  static override flags = {
    out: Flags.string({
      char: "o",
      summary: "new file for the public half; without it, or as -, standard output",
      helpValue: "FILE",
      exclusive: ["plan-out"],
    }),
    expires: Flags.string({ summary: "how long it can be used, up to 30d", helpValue: "DURATION", default: "7d" }),
    ...keyringFlag,
    ...sensitiveFlags,
  };

  async run(): Promise<{ plan: string; entries: number[]; key: KeyDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyWrappingKey);
    const out = fileOf(flags.out);
    if (out !== undefined) assertCreatable(outputPath(out));
    const streams = out === undefined ? {} : { destination: { file: out }, toldOutput: publicHalfIn };
    const act = async (vault: Vault) => {
      const request = { name: args.name, keyring: flags.keyring, life: flags.expires };
      const planned = await planWrappingKey(vault.reader, request, vault.clock());
      const done = await this.perform(vault, flags, [planned]);
      if (!("effects" in done)) return done;

      const { keyring, name } = planned.parameters;
      const key = await keyMade(vault, planned, done);
      const publicKey = key.versions[0]?.publicKey ?? undefined;
      if (publicKey === undefined) throw new ConclaveError("INTEGRITY", "keys: the wrapping key has no public half");
      if (out === undefined) this.result(publicKey.trimEnd());
      const displaced = done.files?.find((file) => file.displaced)?.path;
      this.note(
        `Wrapping key ${keyring.name}/${name} serves one import until ${key.versions[0]?.deactivateAt}` +
          (out === undefined ? "" : `; its public half is in ${show(displaced ?? flags.out ?? "", 300)}`),
      );
      return { plan: done.plan, entries: done.entries, key };
    };
    return this.withVault(flags, act, { inputs: [], streams });
  }
}

/** As PEM. */
function publicHalfIn({ publicKey }: Readonly<Record<string, unknown>>): Uint8Array | undefined {
  return typeof publicKey === "string" ? utf8(publicKey) : undefined;
}
