import * as Args from "@oclif/core/args";
import type { Entry } from "../../lib/audit/entry.ts";
import { readEntry } from "../../lib/audit/list.ts";
import { escapeForJson } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class AuditShow extends VaultCommand {
  static override summary = "Show one entry of the audit chain, whole";
  static override examples = ["<%= config.bin %> <%= command.id %> 1"];
  static override args = {
    entry: Args.integer({ description: "sequence of the entry", required: true, min: 1 }),
  };

  async run(): Promise<Entry & { hash: string }> {
    const { args, flags } = await this.parse(AuditShow);
    return this.withVault(flags, async ({ reader }) => {
      const { entry, hash } = await readEntry(reader, args.entry);
      const head = fields([
        ["Entry", String(entry.sequence)],
        ["Type", entry.type],
        ["Time", entry.time],
        ["Actor", entry.actor],
        ["Hash", hash],
        ["Previous", entry.previous],
      ]);
      const data = JSON.stringify(entry.data, null, 2).split("\n").map(escapeForJson).join("\n");
      this.result(`${head}\n\n${data}`);
      this.noteUnverified();
      return { ...entry, hash };
    });
  }
}
