import { type BackupStatus, backupStatus } from "../lib/backup/status.ts";
import { type CeremonyStatus, ceremonyStatus, type EndedCeremony } from "../lib/ceremony/status.ts";
import { type KeysStatus, keysStatus } from "../lib/key/status.ts";
import { type QuorumStatus, type VaultStatus, vaultStatus } from "../lib/quorum/status.ts";
import { fields } from "../lib/terminal/fields.ts";
import { VaultCommand } from "../lib/terminal/vault-command.ts";

export default class Status extends VaultCommand {
  static override summary = "Show the vault: quorums and their margin, keys, head of the audit chain";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --vault /srv/conclave --json",
  ];

  async run(): Promise<VaultStatus & KeysStatus & BackupStatus & CeremonyStatus> {
    const { flags } = await this.parse(Status);
    return this.withVault(flags, async (vault) => {
      const status = {
        ...(await vaultStatus(vault)),
        ...(await keysStatus(vault)),
        ...(await backupStatus(vault)),
        ...(await ceremonyStatus(vault)),
      };
      const keys = Object.entries(status.keys).map(([state, count]) => `${count} ${state}`);
      this.result(
        fields([
          ["Vault", `${status.name} (${status.vault})${status.rehearsal ? ", REHEARSAL" : ""}`],
          ["Folder", status.path],
          ["Epoch", status.epoch],
          ["Genesis", status.genesis],
          [
            "Anchor",
            status.anchored
              ? "this machine remembers the vault"
              : "none: an older copy of the vault would not be noticed here",
          ],
          ...status.quorums.map((quorum): [string, string] => [`Quorum ${quorum.name}`, quorumLine(quorum)]),
          ["Keyrings", String(status.keyrings)],
          ["Keys", keys.length === 0 ? "none" : keys.join(", ")],
          ["Rotation due", status.keysDue === 0 ? "none" : `${status.keysDue}: conclave key list --due`],
          ["To rewrap", status.keyringsToRewrap.join(", ") || "none"],
          ...(status.keyringsToRotate.length === 0
            ? []
            : [["KEK to rotate", rotateLine(status.keyringsToRotate)] as const]),
          ...(status.leftOverShares.length === 0 ? [] : [["Left over", leftOverLine(status.leftOverShares)] as const]),
          ["Open plans", String(status.openPlans)],
          ["Last backup", backupLine(status)],
          ["Restore proved", status.restoreProved ?? "never: conclave backup verify --deep FILE"],
          ...(status.unprovedSinceRestore.length === 0
            ? []
            : ([
                [
                  "Since the restore",
                  `no proof of ${status.unprovedSinceRestore.join(", ")}: they may obey the old host`,
                ],
              ] as [string, string][])),
          ["Last ceremony", status.lastCeremony === null ? "none" : ceremonyLine(status.lastCeremony)],
          ...status.unprovenCeremonies.map((ceremony): [string, string] => ["UNPROVEN", unprovenLine(ceremony)]),
          ["Audit chain", `${status.head.size} entries, root ${status.head.root}`],
        ]),
      );
      this.noteUnverified();
      return status;
    });
  }
}

function backupLine({ lastBackup }: BackupStatus): string {
  return lastBackup === null ? "never: conclave backup create --to DIR" : `${lastBackup.created}: ${lastBackup.name}`;
}

function ceremonyLine({ name, outcome, ended }: EndedCeremony): string {
  return `${ended}: ${name}, ${outcome === "unproven" ? "UNPROVEN" : outcome}`;
}

function unprovenLine({ name, entry }: EndedCeremony): string {
  return `what the ceremony ${name} (entry ${entry}) made: conclave backup create, then backup verify --deep`;
}

function leftOverLine(files: readonly string[]): string {
  return `shares of generations that are over: ${files.join(", ")}; they open older backups, or nothing`;
}

function rotateLine(keyrings: readonly string[]): string {
  return `${keyrings.join(", ")}: older than the quorum's shares; conclave keyring rotate, then rewrap`;
}

function quorumLine({ generation, state, threshold, custodians, proved, unproved, margin }: QuorumStatus): string {
  const head = `generation ${generation}, ${threshold} of ${custodians}`;
  const without = unproved.length === 0 ? "" : `, without proof: ${unproved.join(", ")}`;
  if (state === "pending") return `${head}, PENDING${without}`;
  const may = margin < 0 ? `${-margin} too few: the quorum may be lost` : `${margin} more may be lost`;
  return `${head}; ${proved} of ${custodians} proved in 90 days; ${may}${without}`;
}
