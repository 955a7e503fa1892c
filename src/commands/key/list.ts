import * as Flags from "@oclif/core/flags";
import { type KeySummary, listKeys } from "../../lib/key/describe.ts";
import { pageFlags } from "../../lib/terminal/flags.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyList extends VaultCommand {
  static override summary = "List keys";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --state active --limit 20 --json",
  ];
  static override flags = {
    ...pageFlags("id of the key after which to begin"),
    keyring: Flags.string({ summary: "only keys of this keyring", helpValue: "NAME" }),
    state: Flags.string({ summary: "only keys whose current version is in this state", helpValue: "STATE" }),
  };

  async run(): Promise<{ keys: KeySummary[]; next: string | null }> {
    const { flags } = await this.parse(KeyList);
    return this.withVault(flags, async ({ reader }) => {
      const { after, keyring, limit, state } = flags;
      const page = await listKeys(reader, { after, keyring, limit, state });
      this.result(
        table(
          ["KEY", "ALGORITHM", "STATE", "USAGES", "CREATED", "ID"],
          page.keys.map((key) => [
            `${key.keyring}/${key.name}`,
            key.algorithm,
            key.state,
            key.usages.join(", "),
            key.created,
            key.id,
          ]),
        ),
      );
      if (page.next !== null) this.note(`more: --after ${page.next}`);
      this.noteUnverified();
      return page;
    });
  }
}
