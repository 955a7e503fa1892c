import * as Args from "@oclif/core/args";
import { custodianHandover, quorumOfHandover } from "../../lib/quorum/custodian-handover.ts";
import { readHandoverFile } from "../../lib/terminal/document-files.ts";
import { show } from "../../lib/terminal/escape.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class CustodianHandover extends SensitiveCommand {
  static override summary = "Let a custodian's new identity speak for the seat";
  static override description =
    "For a new laptop, while the old identity is still there and safe: it signed the file, with conclave custodian release. The share stays the same. If the old identity is lost or may be known to others, the way is conclave quorum rekey.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice.handover"];
  static override args = {
    file: Args.string({ description: "handover file, as conclave custodian release wrote it", required: true }),
  };
  static override flags = sensitiveFlags;

  async run(): Promise<{ plan: string; entries: number[]; custodian: string; quorum: string } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(CustodianHandover);
    const handover = readHandoverFile(args.file);
    return this.withVault(flags, async (vault) => {
      const { id, name } = await quorumOfHandover(vault.reader, handover);
      const parameters = { quorum: { id, name }, handover };
      const done = await this.perform(vault, flags, [{ action: custodianHandover.name, parameters }]);
      if (!("effects" in done)) return done;
      const { custodian } = handover.statement;
      this.result(`${show(custodian)}'s new key speaks for the seat in quorum ${show(name)} from now on`);
      return { plan: done.plan, entries: done.entries, custodian, quorum: name };
    });
  }
}
