import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import type { KeySummary } from "../../lib/key/describe.ts";
import { listKeys } from "../../lib/key/list.ts";
import { parseTag } from "../../lib/key/request.ts";
import { KEY_STATES } from "../../lib/key/state.ts";
import { pageFlags } from "../../lib/terminal/flags.ts";
import { keysText } from "../../lib/terminal/key-acts.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyList extends VaultCommand {
  static override summary = "List keys";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --due",
    "<%= config.bin %> <%= command.id %> --state active --tag owner=finance --limit 20 --json",
  ];
  static override flags = {
    ...pageFlags("id of the key after which to begin"),
    keyring: Flags.string({ summary: "only keys of this keyring", helpValue: "NAME" }),
    state: Flags.option({ summary: "only keys whose current version is in this state", options: KEY_STATES })(),
    tag: Flags.string({ summary: "only keys with this tag", helpValue: "NAME=VALUE" }),
    due: Flags.boolean({ default: false, summary: "only active keys whose cryptoperiod ended" }),
  };

  async run(): Promise<{ keys: KeySummary[]; next: string | null }> {
    const { flags } = await this.parse(KeyList);
    const { after, keyring, limit, state, due } = flags;
    const tag = flags.tag === undefined ? undefined : parseTag(flags.tag);
    return this.withVault(flags, async ({ reader, clock }) => {
      const page = await listKeys(reader, { after, keyring, limit, state, tag, due }, timestamp(clock()));
      this.result(keysText(page.keys));
      if (page.next !== null) this.note(`more: --after ${page.next}`);
      this.noteUnverified();
      return page;
    });
  }
}
