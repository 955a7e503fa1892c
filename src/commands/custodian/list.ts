import { type CustodianDescription, listCustodians } from "../../lib/quorum/custodians.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class CustodianList extends VaultCommand {
  static override summary = "List custodians: of which quorum, since when, last proof";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<{ custodians: CustodianDescription[]; next: null }> {
    const { flags } = await this.parse(CustodianList);
    return this.withVault(flags, async ({ reader }) => {
      const custodians = await listCustodians(reader);
      this.result(
        table(
          ["CUSTODIAN", "QUORUM", "GENERATION", "STATE", "KEY MADE", "SINCE", "LAST PROOF"],
          custodians.map((custodian) => [
            custodian.name,
            custodian.quorum,
            String(custodian.generation),
            custodian.state,
            custodian.key === "own" ? "at own desk" : "on the host",
            custodian.since,
            custodian.lastProof ?? "never",
          ]),
        ),
      );
      this.noteUnverified();
      return { custodians, next: null };
    });
  }
}
