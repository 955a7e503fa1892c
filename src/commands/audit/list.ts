import * as Flags from "@oclif/core/flags";
import { listEntries } from "../../lib/audit/list.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { pageFlags } from "../../lib/terminal/flags.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

/** An entry without its data. */
interface EntryLine {
  sequence: number;
  time: string;
  type: string;
  actor: string;
}

export default class AuditList extends VaultCommand {
  static override summary = "List the entries of the audit chain";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --type plan.refuse",
    "<%= config.bin %> <%= command.id %> --after 100 --limit 50 --json",
  ];
  static override flags = {
    ...pageFlags("sequence after which to begin"),
    type: Flags.string({ summary: "only entries of this type", helpValue: "TYPE" }),
  };

  async run(): Promise<{ entries: EntryLine[]; next: number | null }> {
    const { flags } = await this.parse(AuditList);
    const after = flags.after ?? "0";
    if (!/^[0-9]{1,15}$/.test(after)) throw new ConclaveError("USAGE", `--after ${after}: wanted a sequence number`);
    return this.withVault(flags, async ({ reader }) => {
      const page = await listEntries(reader, { type: flags.type, after: Number(after), limit: flags.limit });
      const entries = page.entries.map(({ sequence, time, type, actor }) => ({ sequence, time, type, actor }));
      this.result(
        table(
          ["ENTRY", "TIME", "TYPE", "ACTOR"],
          entries.map(({ sequence, time, type, actor }) => [String(sequence), time, type, actor]),
        ),
      );
      if (page.next !== null) this.note(`more: --after ${page.next}`);
      this.noteUnverified();
      return { entries, next: page.next };
    });
  }
}
