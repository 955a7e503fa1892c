import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { type Pruning, pruneBackups } from "../../lib/backup/prune.ts";
import { lockTimeout } from "../../lib/terminal/flags.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

function keepFlag(what: string) {
  return Flags.integer({ summary: `keep ${what}`, helpValue: "N", min: 0, max: 10_000, default: 0 });
}

export default class BackupPrune extends VaultCommand {
  static override summary = "Remove old backups from a directory";
  static override description =
    "Keeps by the rules of restic, in UTC: of the last N days, weeks, months or years that have backups, the newest of each; a backup that no rule keeps goes. Only files that the verified audit chain tells of, whole and unaltered, count and go; the newest good one never goes. Recorded in the chain.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> /srv/backups --keep-last 3 --keep-daily 14 --keep-monthly 12 --dry-run",
    "<%= config.bin %> <%= command.id %> /srv/backups --keep-last 3 --keep-daily 14 --keep-monthly 12",
  ];
  static override args = {
    directory: Args.string({ description: "directory with backups", required: true }),
  };
  static override flags = {
    "keep-last": keepFlag("the newest N"),
    "keep-daily": keepFlag("the newest of each of the last N days"),
    "keep-weekly": keepFlag("the newest of each of the last N weeks"),
    "keep-monthly": keepFlag("the newest of each of the last N months"),
    "keep-yearly": keepFlag("the newest of each of the last N years"),
    "dry-run": Flags.boolean({ default: false, summary: "show what would go; remove nothing" }),
    ...lockTimeout(600),
  };

  async run(): Promise<Pruning & { dryRun: boolean }> {
    const { args, flags } = await this.parse(BackupPrune);
    const retention = {
      last: flags["keep-last"],
      daily: flags["keep-daily"],
      weekly: flags["keep-weekly"],
      monthly: flags["keep-monthly"],
      yearly: flags["keep-yearly"],
    };
    const dryRun = flags["dry-run"];
    return this.withVault(flags, async (vault) => {
      const pruning = await pruneBackups(vault, args.directory, retention, dryRun);
      const rows = pruning.backups.map(({ file, created, kept }) => {
        const goes = dryRun ? "would go" : "removed";
        return [kept.length === 0 ? goes : "kept", file, created ?? "", kept.join(", ")];
      });
      const text = rows.length === 0 ? "No good backups" : table(["RESULT", "FILE", "MADE", "KEPT AS"], rows);
      if (dryRun) this.result(text);
      else this.note(text);
      for (const { file, state, problem } of pruning.ignored) this.warn(`${state} ${file}: ${problem ?? ""}`);
      return { dryRun, ...pruning };
    });
  }
}
