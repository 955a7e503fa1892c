import * as Flags from "@oclif/core/flags";
import { createBackup, type Written } from "../../lib/backup/create.ts";
import { parseDestination, placeOf } from "../../lib/backup/destination.ts";
import { lockTimeout } from "../../lib/terminal/flags.ts";
import { progressBar } from "../../lib/terminal/progress.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

/** Milliseconds before a progress bar is shown. */
const PATIENCE = 1000;

/** What `backup create` tells. */
interface BackupTold {
  name: string;
  sha256: string;
  size: number;
  /** Head of the audit chain in it. */
  head: { size: number; root: string };
  generation: number;
  manifest: string;
  entry: number;
  destinations: { to: string; written: boolean; error: string | null }[];
}

export default class BackupCreate extends VaultCommand {
  static override summary = "Back up the vault, sealed to the root quorum: no secret, nobody asked";
  static override description =
    "For cron. Copies the locked vault as it is at one moment, verifies the copy, seals it, writes it to each destination and reads it again there, then tells of it in the audit chain. Says nothing if all went well. A destination that fails does not stop the others; the exit status is that of the first that failed. Needs as much free space beside the vault as twice its size.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --to /srv/backups",
    "<%= config.bin %> <%= command.id %> --to /srv/backups --to 'exec:rclone rcat --size {size} remote:backups/{name}'",
  ];
  static override flags = {
    to: Flags.string({
      summary:
        "directory, or command that reads the backup from its standard input; {name} is its file name, {size} its size",
      helpValue: "DIR|exec:COMMAND",
      multiple: true,
      multipleNonGreedy: true,
      required: true,
    }),
    ...lockTimeout(600),
  };

  async run(): Promise<BackupTold> {
    const { flags } = await this.parse(BackupCreate);
    const to = flags.to.map(parseDestination);
    return this.withVault(flags, async (vault) => {
      const progress = {
        sealing: progressBar("sealing the backup", PATIENCE),
        writing: progressBar("writing the backup", PATIENCE),
      };
      const tool = `conclave/${this.config.version}`;
      const { destinations, ...made } = await createBackup(vault, { to, tool, progress });
      for (const { error } of destinations) if (error !== undefined) this.warn(error.message);
      const failed = destinations.find(({ error }) => error !== undefined)?.error;
      if (failed !== undefined) this.endAs(failed.code);
      return { ...made, destinations: destinations.map(tellWritten) };
    });
  }
}

function tellWritten({ destination, error }: Written): BackupTold["destinations"][number] {
  return { to: placeOf(destination), written: error === undefined, error: error?.message ?? null };
}
