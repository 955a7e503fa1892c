import * as Args from "@oclif/core/args";
import { describeQuorum } from "../../lib/quorum/describe-quorum.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class QuorumShow extends VaultCommand {
  static override summary = "Show a quorum: its custodians, and the generations that it has had";
  static override examples = ["<%= config.bin %> <%= command.id %> root"];
  static override args = { name: Args.string({ description: "name of the quorum", required: true }) };

  async run(): Promise<Awaited<ReturnType<typeof describeQuorum>>> {
    const { args, flags } = await this.parse(QuorumShow);
    return this.withVault(flags, async ({ reader }) => {
      const quorum = await describeQuorum(reader, args.name);
      this.result(
        fields([
          ["Quorum", quorum.name],
          ["Id", quorum.id],
          ["Keyrings", quorum.keyrings.join(", ") || "none"],
        ]),
      );
      const generations = quorum.generations.map(({ generation, state, threshold, custodians, created, activated }) => [
        String(generation),
        state,
        `${threshold} of ${custodians.length}`,
        created,
        activated ?? "never",
      ]);
      this.result(`\n${table(["GENERATION", "STATE", "THRESHOLD", "MADE", "IN FORCE SINCE"], generations)}`);
      const custodians = quorum.custodians.map(({ name, generation, key, lastProof }) => [
        name,
        String(generation),
        key === "host" ? "on the host" : "at own desk",
        lastProof ?? "never",
      ]);
      this.result(`\n${table(["CUSTODIAN", "GENERATION", "KEY MADE", "LAST PROOF"], custodians)}`);
      this.noteUnverified();
      return quorum;
    });
  }
}
