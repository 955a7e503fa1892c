import { listQuorums, type QuorumDescription } from "../../lib/quorum/describe-quorum.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class QuorumList extends VaultCommand {
  static override summary = "List quorums, their generations in force or pending, and what they guard";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  async run(): Promise<{ quorums: QuorumDescription[]; next: null }> {
    const { flags } = await this.parse(QuorumList);
    return this.withVault(flags, async ({ reader }) => {
      const quorums = await listQuorums(reader);
      const rows = quorums.flatMap(({ name, generations, keyrings }) =>
        generations
          .filter(({ state }) => state === "active" || state === "pending")
          .map(({ generation, state, threshold, custodians }) => [
            name,
            String(generation),
            state,
            `${threshold} of ${custodians.length}`,
            keyrings.join(", ") || "-",
          ]),
      );
      this.result(table(["QUORUM", "GENERATION", "STATE", "THRESHOLD", "KEYRINGS"], rows));
      this.noteUnverified();
      return { quorums, next: null };
    });
  }
}
