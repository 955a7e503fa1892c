import { ConclaveError } from "../../src/lib/errors.ts";
import type { Interaction, PresentedShare, QuorumProgress } from "../../src/lib/quorum/interaction.ts";
import type { PlanView } from "../../src/lib/quorum/plan-view.ts";

/** People who present shares in a given order, and what they were shown. */
export class ScriptedPeople implements Interaction {
  /** Whether another share is presented after one was refused. */
  patient = true;
  /** Whether the last question is answered with yes. */
  agreeing = true;
  /** What a custodian seals a new share with. */
  newPassphrases = (custodian: string): string => `new passphrase of ${custodian}`;
  readonly views: PlanView[] = [];
  readonly accepted: string[] = [];
  readonly refused: ConclaveError[] = [];
  /** What had to be typed at each last question. */
  readonly typed: (string | undefined)[] = [];
  /** What gathering said each time that it asked for a share. */
  readonly progress: (readonly QuorumProgress[])[] = [];
  readonly #coming: (() => Promise<PresentedShare>)[];

  constructor(coming: readonly (() => Promise<PresentedShare>)[]) {
    this.#coming = [...coming];
  }

  async showPlan(view: PlanView): Promise<void> {
    this.views.push(view);
  }

  async presentShare(progress: readonly QuorumProgress[]): Promise<PresentedShare | undefined> {
    this.progress.push(progress);
    return this.#coming.shift()?.();
  }

  async shareAccepted(custodian: string): Promise<void> {
    this.accepted.push(custodian);
  }

  async shareRefused(error: ConclaveError): Promise<boolean> {
    this.refused.push(error);
    return this.patient;
  }

  async newPassphrase(custodian: string): Promise<string> {
    return this.newPassphrases(custodian);
  }

  async confirm(typed: string | undefined): Promise<void> {
    this.typed.push(typed);
    if (!this.agreeing) throw new ConclaveError("ABORTED", "aborted");
  }
}
