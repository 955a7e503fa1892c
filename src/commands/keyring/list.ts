import { type KeyringDescription, listKeyrings } from "../../lib/key/keyring.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyringList extends VaultCommand {
  static override summary = "List keyrings, and the quorum that guards each";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<{ keyrings: KeyringDescription[]; next: null }> {
    const { flags } = await this.parse(KeyringList);
    return this.withVault(flags, async ({ reader }) => {
      const keyrings = await listKeyrings(reader);
      this.result(
        table(
          ["KEYRING", "QUORUM", "KEK VERSION", "KEYS", "CREATED"],
          keyrings.map((keyring) => [
            keyring.name,
            keyring.quorum,
            String(keyring.kekVersion),
            String(keyring.keys),
            keyring.created,
          ]),
        ),
      );
      this.noteUnverified();
      return { keyrings, next: null };
    });
  }
}
