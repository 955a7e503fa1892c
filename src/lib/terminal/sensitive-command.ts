import { resolve } from "node:path";
import { ACTIONS } from "../catalogue.ts";
import { assertAbsent } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { executePlan, type SecretSource } from "../quorum/execute.ts";
import type { Executed } from "../quorum/execute-approved.ts";
import { keepPlan } from "../quorum/open-plans.ts";
import { preparePlan } from "../quorum/prepare.ts";
import { type NewSession, newSession } from "../quorum/session.ts";
import type { Vault } from "../vault/vault.ts";
import { show } from "./escape.ts";
import { fold } from "./fold.ts";
import type { Founding } from "./founding.ts";
import { gatherByFlags } from "./gather-by-flags.ts";
import { foundingFor, type NewGenerationResult, type NewShareFlags, proveNewShares } from "./new-generation.ts";
import { planLifetime } from "./plan-lifetime.ts";
import { planText } from "./plan-text.ts";
import type { SensitiveFlags } from "./sensitive-flags.ts";
import { chooseSession } from "./session-choice.ts";
import { VaultCommand } from "./vault-command.ts";

/** What `--dry-run` tells. */
export interface DryRun {
  dryRun: true;
  /** Who must approve: names of quorums. */
  quorums: string[];
  /** What would be refused, and why; null if nothing. */
  refusal: string | null;
}

/** What `--plan-out` tells. */
export interface PlanWritten {
  plan: string;
  digest: string;
  words: string;
  file: string;
  expires: string;
}

/** What came of an act, and of the generations of quorums that it made. */
export interface Performed extends Executed {
  /** Left out if there are none. */
  generations?: NewGenerationResult[];
}

/** What an act needs that doesn't stand in its plan. */
export interface ActSecrets {
  /** The session of a plan whose approvals travel, made before. */
  session: NewSession | undefined;
  secrets: SecretSource;
}

/** A command whose act a quorum must approve. */
export abstract class SensitiveCommand extends VaultCommand {
  /**
   * Make a plan, gather its quorums and execute it; with `--plan-out`, write it for custodians elsewhere;
   * with `--dry-run`, show it and stop.
   *
   * @throws ConclaveError whatever refuses it
   */
  protected async perform(
    vault: Vault,
    flags: SensitiveFlags & NewShareFlags,
    actions: readonly PlannedAction[],
    given?: ActSecrets,
  ): Promise<Performed | DryRun | PlanWritten> {
    const request = { actions, reason: flags.reason ?? "" };
    if (flags["dry-run"]) return this.#dryRun(vault, request);
    const file = flags["plan-out"];
    if (file !== undefined) return this.#writePlan(vault, flags, file, request, given?.session);

    const quiet = flags.quiet || this.jsonEnabled();
    const founding = foundingFor(vault, actions, flags, {
      quiet,
      warn: (message) => this.warn(message),
    });
    const gathering = gatherByFlags(flags, quiet, (message) => this.warn(message), founding);
    const prepared = await preparePlan(vault, ACTIONS, request);
    const executed = await executePlan(vault, prepared, gathering, undefined, given?.secrets);
    return await this.complete(vault, executed, founding);
  }

  /**
   * What is left to do of an executed plan: prove the shares that it made. A file that has another name than it should,
   * of which was warned, ends the command with the status of EXISTS.
   */
  protected async complete(vault: Vault, executed: Executed, founding: Founding): Promise<Performed> {
    if (executed.files?.some(({ displaced }) => displaced)) this.endAs("EXISTS");
    const generations = await proveNewShares(vault, executed, founding);
    return generations.length === 0 ? executed : { ...executed, generations };
  }

  /** A session for a plan whose approvals travel, kept as the flags say or as is asked. */
  protected async newSession(vault: Vault, flags: SensitiveFlags): Promise<NewSession> {
    if (flags["plan-out"] !== undefined) assertAbsent(resolve(flags["plan-out"]));
    const rehearsal = vault.identity.rehearsal === 1;
    return newSession(await chooseSession(flags, rehearsal, (message) => this.warn(message)), rehearsal);
  }

  async #dryRun(vault: Vault, request: { actions: readonly PlannedAction[]; reason: string }): Promise<DryRun> {
    const { view, quorums, objection } = await preparePlan(vault, ACTIONS, request);
    this.result(fold(planText(view, false), process.stdout.columns));
    this.result(
      objection === undefined
        ? "\nWould be executed as things stand"
        : `\nWould be refused: ${show(objection.message, 400)}`,
    );
    return { dryRun: true, quorums: quorums.map(({ name }) => name), refusal: objection?.message ?? null };
  }

  async #writePlan(
    vault: Vault,
    flags: SensitiveFlags,
    file: string,
    request: { actions: readonly PlannedAction[]; reason: string },
    given: NewSession | undefined,
  ): Promise<PlanWritten> {
    const lifetime = planLifetime(flags["plan-lifetime"]);
    const session = given ?? (await this.newSession(vault, flags));
    const prepared = await preparePlan(vault, ACTIONS, { ...request, lifetime, session });
    if (prepared.objection !== undefined) throw prepared.objection;
    createFileDurably(resolve(file), keepPlan(vault, prepared, session));

    const { plan, view } = prepared;
    const { digest, words } = view;
    this.result(fold(planText(view), process.stdout.columns));
    this.result(
      `\nPlan written to ${show(file, 300)}: send it to the custodians, and read them the words by telephone.`,
    );
    this.result(
      `They run conclave plan approve; then, here: conclave plan execute ${show(file, 300)} --approval FILE …`,
    );
    this.endAs("WAITING_FOR_PEOPLE");
    return { plan: plan.id, digest, words, file: resolve(file), expires: plan.expires };
  }
}
