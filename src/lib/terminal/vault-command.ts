import { openVault, type Vault } from "../vault/vault.ts";
import { ConclaveCommand } from "./base-command.ts";
import { lockTimeoutFlag, vaultFlag } from "./flags.ts";
import { surroundings } from "./surroundings.ts";

/** A command that works on an existing vault. */
export abstract class VaultCommand extends ConclaveCommand {
  static override baseFlags = { ...ConclaveCommand.baseFlags, ...vaultFlag, ...lockTimeoutFlag };

  /** Open the vault that the flags name, run, and close it. */
  protected async withVault<R>(
    flags: { vault: string; "lock-timeout": number },
    run: (vault: Vault) => Promise<R>,
  ): Promise<R> {
    await using vault = await openVault(flags.vault, surroundings(flags["lock-timeout"]));
    if (vault.identity.rehearsal === 1) this.note("REHEARSAL vault: its shares and keys are worth nothing");
    return await run(vault);
  }

  /** What `status`, `list` and `show` say of themselves. */
  protected noteUnverified(): void {
    this.note("as it stands in the vault, not verified: conclave audit verify does that");
  }
}
