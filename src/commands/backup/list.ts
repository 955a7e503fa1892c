import * as Args from "@oclif/core/args";
import { type ListedBackup, listBackups } from "../../lib/backup/list.ts";
import { progressBar } from "../../lib/terminal/progress.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class BackupList extends VaultCommand {
  static override summary = "List the backups in a directory, each read and compared with the audit chain";
  static override description =
    "OK: whole, and the chain tells of it. MISSING: written here, and gone. ALTERED: not what the chain tells of. DUPLICATE: the same as another file. UNKNOWN: the chain does not tell of it. GENERATION says whose shares open it; those of a replaced generation are marked. Reads every file.";
  static override examples = ["<%= config.bin %> <%= command.id %> /srv/backups"];
  static override args = {
    directory: Args.string({ description: "directory with backups", required: true }),
  };

  async run(): Promise<{ backups: ListedBackup[]; next: null }> {
    const { args, flags } = await this.parse(BackupList);
    return this.withVault(flags, async (vault) => {
      const backups = await listBackups(vault, args.directory, progressBar("reading the backups", 1000));
      this.result(
        backups.length === 0
          ? "No backups"
          : table(["STATE", "FILE", "MADE", "ENTRIES", "GENERATION", "WHY"], backups.map(rowOf)),
      );
      this.noteUnverified();
      return { backups, next: null };
    });
  }
}

function rowOf({ state, file, created, entries, generation, replaced, problem }: ListedBackup): string[] {
  const whose = generation === null ? "" : `${generation}${replaced === true ? " (replaced)" : ""}`;
  return [state, file, created ?? "", entries === null ? "" : String(entries), whose, problem ?? ""];
}
