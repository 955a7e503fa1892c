import type { PlannedAction } from "../quorum/action.ts";
import type { Vault } from "../vault/vault.ts";
import { fold } from "./fold.ts";
import { type NewGenerationResult, type NewShareFlags, newGenerationText, recoveryText } from "./new-generation.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "./sensitive-command.ts";
import type { SensitiveFlags } from "./sensitive-flags.ts";

/** What a new generation tells. */
export interface NewGenerationDone extends NewGenerationResult {
  plan: string;
  entries: number[];
  /** Hash of its entry, if it was a recovery. */
  recovery?: string;
}

/** A command that makes a generation of a quorum. */
export abstract class QuorumCommand extends SensitiveCommand {
  /** Do it, and let those at the host prove their shares. Ends with 10 while others have not proved theirs. */
  protected async makeGeneration(
    vault: Vault,
    flags: SensitiveFlags & NewShareFlags,
    action: PlannedAction,
  ): Promise<NewGenerationDone | DryRun | PlanWritten> {
    const done = await this.perform(vault, flags, [action]);
    if (!("effects" in done)) return done;
    const made = done.generations?.[0];
    if (made === undefined) throw new TypeError("no generation was made");
    this.result(fold(newGenerationText(made, vault.path), process.stdout.columns));
    if (done.recovery !== undefined) this.result(`\n${fold(recoveryText(done.recovery), process.stdout.columns)}`);
    if (made.state === "pending") this.endAs("WAITING_FOR_PEOPLE");
    const { plan, entries, recovery } = done;
    return { plan, entries, ...(recovery !== undefined && { recovery }), ...made };
  }
}
