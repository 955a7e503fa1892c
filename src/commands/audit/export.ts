import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../../lib/errors.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { writeResult } from "../../lib/terminal/output.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { exportChain } from "../../lib/vault/export-chain.ts";

interface Exported {
  file: string;
  vault: string;
  entries: number;
  sha256: string;
}

export default class AuditExport extends VaultCommand {
  static override summary = "Write the audit chain to a file that anybody can verify without the vault";
  static override description =
    "The whole chain as it is at one moment: each entry in canonical JSON on a line, as it is hashed, and the signed checkpoint. It holds names, plans, approvals and public keys, no key material and no ciphertext. Whoever has conclave verifies it with audit verify --in.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --out acme.chain",
    "<%= config.bin %> <%= command.id %> --format chain --out - | zstd > acme.chain.zst",
  ];
  static override flags = {
    format: Flags.option({
      summary: "chain: all entries and the checkpoint, to be verified",
      options: ["chain"] as const,
      default: "chain" as const,
    })(),
    out: Flags.string({
      char: "o",
      summary: "new file for it; - is standard output",
      helpValue: "FILE",
      required: true,
    }),
  };

  async run(): Promise<Exported> {
    const { flags } = await this.parse(AuditExport);
    const toOutput = flags.out === "-";
    if (toOutput && this.jsonEnabled())
      throw new ConclaveError("USAGE", "--json writes its document to standard output: give --out FILE");
    if (toOutput && process.stdout.isTTY === true)
      throw new ConclaveError(
        "USAGE",
        "an exported chain is as it is hashed, unescaped, and doesn't go to a terminal",
        {
          suggestions: ["Give --out FILE, or a pipe", "To read it here: conclave audit list, conclave audit show"],
        },
      );
    return this.withVault(flags, async (vault) => {
      const file = toOutput ? "-" : resolve(flags.out);
      const { entries, sha256 } = await exportChain(vault, toOutput ? writeResult : file);
      const exported = { file, vault: vault.identity.id, entries, sha256 };
      const told = fields([
        ["Chain", show(file, 300)],
        ["Entries", String(entries)],
        ["SHA-256", sha256],
      ]);
      if (toOutput) this.note(told);
      else this.result(told);
      this.noteUnverified();
      return exported;
    });
  }
}
