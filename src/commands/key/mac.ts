import * as Args from "@oclif/core/args";
import { fromHex } from "../../lib/bytes.ts";
import { planMac } from "../../lib/key/plan-use.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import { outputFlags } from "../../lib/terminal/made-output.ts";
import { messageFlag } from "../../lib/terminal/message-input.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { UseCommand, type Used } from "../../lib/terminal/use-command.ts";

interface Authenticated extends Used {
  /** In hexadecimal digits. */
  mac: string;
}

export default class KeyMac extends UseCommand {
  static override summary = "Authenticate a message with a key of the vault";
  static override description =
    "HMAC, by the hash of the key's algorithm, or AES-CMAC with an AES key; the whole tag. The plan names the message's SHA-256. A message has 64 MiB at most.";
  static override examples = ["<%= config.bin %> <%= command.id %> webhooks --in body.json --encoding hex"];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = { ...messageFlag, ...outputFlags, ...keyVersionFlag, ...sensitiveFlags };

  async run(): Promise<Authenticated | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyMac);
    const { version } = flags;
    return this.useOnMessage(
      flags,
      (reader, message) => planMac(reader, { key: args.key, version, message }),
      (told) => {
        const mac = String(told["mac"]);
        return { bytes: fromHex(mac), result: { mac } };
      },
    );
  }
}
