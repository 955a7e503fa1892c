import * as Args from "@oclif/core/args";
import { fromHex } from "../../lib/bytes.ts";
import { describeMessage } from "../../lib/key/message.ts";
import { planMac } from "../../lib/key/plan-use.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import { assertOutput, outputFlags, writeMade } from "../../lib/terminal/made-output.ts";
import { messageFlag, readMessage } from "../../lib/terminal/message-input.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

interface Authenticated {
  plan: string;
  entries: number[];
  key: string;
  version: number;
  /** In hexadecimal digits. */
  mac: string;
}

export default class KeyMac extends SensitiveCommand {
  static override summary = "Authenticate a message with a key of the vault";
  static override description =
    "HMAC, by the hash of the key's algorithm, or AES-CMAC with an AES key; the whole tag. The plan names the message's SHA-256. A message has 64 MiB at most.";
  static override examples = ["<%= config.bin %> <%= command.id %> webhooks --in body.json --encoding hex"];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = { ...messageFlag, ...outputFlags, ...keyVersionFlag, ...sensitiveFlags };

  async run(): Promise<Authenticated | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyMac);
    assertOutput(flags, this.jsonEnabled());
    const message = readMessage(flags.in);
    return this.withVault(
      flags,
      async (vault) => {
        const described = describeMessage(message.name, message.bytes);
        const planned = await planMac(vault.reader, { key: args.key, version: flags.version, message: described });
        const done = await this.perform(vault, flags, [planned]);
        if (!("effects" in done)) return done;
        const data: Record<string, unknown> = done.effects[0]?.data ?? {};
        const mac = String(data["mac"]);
        writeMade(fromHex(mac), flags, (text) => this.result(text));
        const told = { key: String(data["key"]), version: Number(data["version"]) };
        return { plan: done.plan, entries: done.entries, ...told, mac };
      },
      message,
    );
  }
}
