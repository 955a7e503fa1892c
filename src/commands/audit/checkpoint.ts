import { openCheckpoint } from "../../lib/audit/checkpoint.ts";
import { IntegrityError } from "../../lib/errors.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class AuditCheckpoint extends VaultCommand {
  static override summary = "Print the signed head of the audit chain";
  static override description =
    "A C2SP tlog-checkpoint, signed by the host key. Keep copies elsewhere: audit verify --checkpoint FILE proves later that the chain still contains it.";
  static override examples = ["<%= config.bin %> <%= command.id %> > checkpoint-2026-11"];

  async run(): Promise<{ vault: string; epoch: string; size: number; root: string; hostKey: string; note: string }> {
    const { flags } = await this.parse(AuditCheckpoint);
    return this.withVault(flags, async ({ reader, identity }) => {
      const note = (await reader.find("checkpoint", { id: 1 }))?.note ?? "";
      const checkpoint = openCheckpoint(note, identity.hostKey);
      if (checkpoint === undefined)
        throw new IntegrityError("checkpoint", "missing, altered, or not signed by this vault's host key");
      this.result(note.trimEnd());
      return { ...checkpoint, hostKey: identity.hostKey, note };
    });
  }
}
