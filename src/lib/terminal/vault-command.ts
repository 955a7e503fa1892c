import { isConclaveError } from "../errors.ts";
import { sweepPlans } from "../quorum/open-plans.ts";
import type { GivenStreams } from "../vault/unlocked.ts";
import { openVault, type Vault } from "../vault/vault.ts";
import { ConclaveCommand } from "./base-command.ts";
import { lockTimeoutFlag, vaultFlag } from "./flags.ts";
import { surroundings } from "./surroundings.ts";

/** What is given to an act beside the vault. */
interface Given {
  /** Paths of files. */
  inputs: readonly string[];
  /** What came through a pipe. */
  piped?: Uint8Array | undefined;
  /** What is too large for memory; may be completed once the vault is open. */
  streams?: GivenStreams | undefined;
}

/** A command that works on an existing vault. */
export abstract class VaultCommand extends ConclaveCommand {
  static override baseFlags = { ...ConclaveCommand.baseFlags, ...vaultFlag, ...lockTimeoutFlag };

  /** Open the vault that the flags name, run, and close it. @param given what an act may read, and where what it makes goes */
  protected async withVault<R>(
    flags: { vault: string; "lock-timeout": number },
    run: (vault: Vault) => Promise<R>,
    { inputs, piped, streams }: Given = { inputs: [] },
  ): Promise<R> {
    const around = surroundings(flags["lock-timeout"], (message) => this.warn(message));
    await using vault = await openVault(flags.vault, { ...around, inputs, piped, streams });
    if (vault.identity.rehearsal === 1) this.note("REHEARSAL vault: its shares and keys are worth nothing");
    await this.#sweep(vault);
    return await run(vault);
  }

  /** What `status`, `list` and `show` say of themselves. */
  protected noteUnverified(): void {
    this.note("as it stands in the vault, not verified: conclave audit verify does that");
  }

  /** Whoever comes by removes the sessions of plans that ended; what can't be removed keeps nobody from looking. */
  async #sweep(vault: Vault): Promise<void> {
    try {
      await sweepPlans(vault);
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      this.warn(`sessions of ended plans were not removed: ${error.message}`);
    }
  }
}
