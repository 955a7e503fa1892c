import * as Args from "@oclif/core/args";
import { type KeyEvent, keyHistory } from "../../lib/key/history.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyHistory extends VaultCommand {
  static override summary = "Tell a key's story: what, when, why, approved by whom";
  static override examples = ["<%= config.bin %> <%= command.id %> payments"];
  static override args = {
    name: Args.string({ description: "NAME or KEYRING/NAME", required: true }),
  };

  async run(): Promise<{ key: string; keyring: string; events: KeyEvent[] }> {
    const { args, flags } = await this.parse(KeyHistory);
    return this.withVault(flags, async ({ reader }) => {
      const history = await keyHistory(reader, args.name);
      this.result(
        table(
          ["ENTRY", "TIME", "ACTION", "VERSIONS", "APPROVED BY", "REQUESTED BY", "REASON"],
          history.events.map((event) => [
            String(event.sequence),
            event.time,
            event.action,
            event.versions.join(", "),
            event.approvedBy.join(", "),
            event.requester,
            event.reason,
          ]),
        ),
      );
      this.noteUnverified();
      return history;
    });
  }
}
