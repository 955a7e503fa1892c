import * as Flags from "@oclif/core/flags";
import { ENTRY_TYPES } from "../../lib/catalogue.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { stateDirectory } from "../../lib/host/anchor.ts";
import { readSmallFile } from "../../lib/host/files.ts";
import { LIMITS } from "../../lib/limits.ts";
import { verifyExported } from "../../lib/quorum/verify-exported.ts";
import { type Verification, verifyVault } from "../../lib/quorum/verify-vault.ts";
import { openChainFile } from "../../lib/terminal/chain-input.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { progressBar } from "../../lib/terminal/progress.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { verificationText } from "../../lib/terminal/verification-text.ts";

export default class AuditVerify extends VaultCommand {
  static override summary =
    "Verify the whole vault, or an exported chain: signatures, approvals, every row and ciphertext";
  static override description =
    "VERIFIED (0) only if this machine remembers the vault, or --genesis names it; else CONSISTENT (17): a wholly self-made vault is consistent too. Anything altered ends with 14 and says where. With --in, anybody verifies what audit export wrote, by public keys alone: no vault is needed, nothing is remembered, and ciphertexts, of which it has the hashes only, are not looked at.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --genesis 3f0c…  # from the paper of the ceremony",
    "<%= config.bin %> <%= command.id %> --checkpoint checkpoint-2026-11 --full",
    "<%= config.bin %> <%= command.id %> --in acme.chain --genesis 3f0c…",
  ];
  static override flags = {
    in: Flags.string({
      char: "i",
      summary: "exported chain to verify in place of a vault; - is standard input",
      helpValue: "CHAIN",
    }),
    genesis: Flags.string({ summary: "genesis hash, as written down at the ceremony", helpValue: "HASH" }),
    checkpoint: Flags.string({
      summary: "signed checkpoint kept elsewhere, which the chain must contain",
      helpValue: "FILE",
    }),
    "accept-recovery": Flags.string({
      summary: "hash of a recovery's entry, as written down at its ceremony; remembered",
      helpValue: "HASH",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    full: Flags.boolean({ default: false, summary: "verify signatures too that this machine verified before" }),
  };

  async run(): Promise<Verification> {
    const { flags } = await this.parse(AuditVerify);
    const { genesis, full } = flags;
    const acceptRecovery = flags["accept-recovery"];
    for (const [flag, hash] of [["genesis", genesis], ...acceptRecovery.map((given) => ["accept-recovery", given])]) {
      if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash))
        throw new ConclaveError("USAGE", `--${flag} must be 64 lower-case hexadecimal digits`);
    }
    // what isn't UTF-8 is no text that anybody signed
    const checkpoint =
      flags.checkpoint === undefined
        ? undefined
        : new TextDecoder().decode(readSmallFile(flags.checkpoint, LIMITS.stateFileBytes));
    const request = { genesis, checkpoint, acceptRecovery };
    if (flags.in === undefined)
      return this.withVault(flags, async (vault) => this.#tell(await verifyVault(vault, { ...request, full })));
    using source = openChainFile(flags.in);
    const around = {
      types: ENTRY_TYPES,
      state: stateDirectory(),
      progress: progressBar("verifying the exported chain", 1000),
    };
    const { verification } = await verifyExported(source.file, request, around);
    if (verification.rehearsal) this.note("REHEARSAL vault: its shares and keys are worth nothing");
    return this.#tell(verification);
  }

  #tell(verification: Verification): Verification {
    this.result(verificationText(verification));
    if (verification.result === "CONSISTENT") this.endAs("NOT_VERIFIED");
    return verification;
  }
}
