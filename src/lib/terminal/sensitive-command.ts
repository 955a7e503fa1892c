import * as Flags from "@oclif/core/flags";
import { ACTIONS } from "../catalogue.ts";
import { ConclaveError } from "../errors.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { type Executed, executePlan, preparePlan } from "../quorum/execute.ts";
import type { Vault } from "../vault/vault.ts";
import { show } from "./escape.ts";
import { dryRunFlag, noneByDefault, reasonFlag, yesFlag } from "./flags.ts";
import { fold } from "./fold.ts";
import { Gathering } from "./gathering.ts";
import { parseNamed } from "./named-files.ts";
import { planText } from "./plan-text.ts";
import { hasTerminal } from "./prompt.ts";
import { parseShareFile } from "./share-file.ts";
import { VaultCommand } from "./vault-command.ts";

/** Flags by which a passphrase is given without a terminal. */
export const passphraseFileFlag = {
  "passphrase-file": Flags.string({
    summary: "file whose first line is NAME's passphrase; /dev/fd/N too",
    helpValue: "NAME=FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
};

/** What every sensitive command takes. */
export const sensitiveFlags = {
  share: Flags.string({
    summary: "share file at hand; NAME defaults to its base name up to the first dot",
    helpValue: "[NAME=]FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  ...passphraseFileFlag,
  ...yesFlag,
  ...reasonFlag,
  ...dryRunFlag,
};

export interface SensitiveFlags {
  share: string[];
  "passphrase-file": string[];
  yes: boolean;
  reason: string | undefined;
  "dry-run": boolean;
  quiet: boolean;
}

/** What `--dry-run` tells. */
export interface DryRun {
  dryRun: true;
  plan: { digest: string; words: string };
  /** What would be refused, and why; null if nothing. */
  refusal: string | null;
}

/** A command whose act a quorum must approve. */
export abstract class SensitiveCommand extends VaultCommand {
  /**
   * Make a plan, gather its quorums and execute it; with `--dry-run`, show it and stop.
   * @throws ConclaveError whatever refuses it
   */
  protected async perform(
    vault: Vault,
    flags: SensitiveFlags,
    actions: readonly PlannedAction[],
  ): Promise<Executed | DryRun> {
    const dryRun = flags["dry-run"];
    const gathering = dryRun ? undefined : this.#gathering(flags);
    const prepared = await preparePlan(vault, ACTIONS, { actions, reason: flags.reason ?? "" });
    if (gathering !== undefined) return executePlan(vault, prepared, gathering);

    const { view, objection } = prepared;
    this.result(fold(planText(view), process.stdout.columns));
    this.result(
      objection === undefined
        ? "\nWould be executed as things stand"
        : `\nWould be refused: ${show(objection.message, 400)}`,
    );
    return { dryRun: true, plan: { digest: view.digest, words: view.words }, refusal: objection?.message ?? null };
  }

  #gathering(flags: SensitiveFlags): Gathering {
    const room = hasTerminal() && !flags.yes;
    if (!room && flags.share.length === 0) {
      throw new ConclaveError("USAGE", "no custodians: no share given, and nobody is asked", {
        suggestions: [
          "Give --share [NAME=]FILE and --passphrase-file NAME=FILE for each custodian",
          "Run it on a terminal without --yes",
        ],
      });
    }
    if (!room && !flags.yes) {
      throw new ConclaveError("USAGE", "no terminal to confirm on: --yes is needed", { suggestions: ["Give --yes"] });
    }
    return new Gathering({
      shares: flags.share.map(parseShareFile),
      passphrases: {
        files: parseNamed(flags["passphrase-file"], "--passphrase-file"),
        warn: (message) => this.warn(message),
      },
      room,
      yes: flags.yes,
      quiet: flags.quiet || this.jsonEnabled(),
    });
  }
}
