import type { ConclaveError } from "../errors.ts";
import type { ShareDocument } from "../share/document.ts";
import type { PlanView } from "./plan-view.ts";

/** A share as somebody presents it: opened, not yet verified. */
export interface PresentedShare {
  /** Taken over by whoever asked for it. */
  document: ShareDocument;
  /** Where it came from, for a message: a file's path. */
  origin: string;
  /** Whose it is said to be, if anybody said so. */
  claimed: string | undefined;
}

/** How far one quorum has come. */
export interface QuorumProgress {
  quorum: string;
  threshold: number;
  /** Custodians whose shares were verified, in the order in which they came. */
  present: readonly string[];
  /** Custodians who could still come. */
  missing: readonly string[];
  /** Those of them who must come, whatever the threshold: their custodian keys go over into new shares. */
  needed: readonly string[];
}

/** Whether a quorum still waits for somebody. */
export function isOpen({ present, threshold, needed }: QuorumProgress): boolean {
  return present.length < threshold || needed.length > 0;
}

/** What gathering a quorum needs of people: a terminal, files at hand, or a test's scripted people. */
export interface Interaction {
  /** Show what is asked for, before anybody is asked. */
  showPlan(view: PlanView): Promise<void>;
  /**
   * The next share, or undefined when no more will come.
   * @throws ConclaveError of a share that doesn't open; the person may then try again
   */
  presentShare(progress: readonly QuorumProgress[]): Promise<PresentedShare | undefined>;
  /** A share was verified. */
  shareAccepted(custodian: string, progress: readonly QuorumProgress[]): Promise<void>;
  /** A share was refused. @returns whether another may be presented; else the error ends the act */
  shareRefused(error: ConclaveError): Promise<boolean>;
  /**
   * The last word before the act.
   * @param typed what must be typed, where the act can't be undone
   * @throws ConclaveError ABORTED
   */
  confirm(typed: string | undefined): Promise<void>;
  /** A new passphrase for what the act makes: a custodian's own, for a share; or of whoever takes an exported key along. */
  newPassphrase(name: string, seals: "share" | "exported key"): Promise<string>;
}

/** What genesis needs of people. */
export interface GenesisInteraction {
  /** A new passphrase of the custodian's own. */
  newPassphrase(custodian: string): Promise<string>;
  /** The passphrase again, to re-open the share file that was written. */
  provePassphrase(custodian: string, file: string): Promise<string>;
  /** A share file did not open. @returns whether to try again; else the error ends genesis, and the vault stays pending */
  proofRefused(custodian: string, error: ConclaveError): Promise<boolean>;
  /** The custodian proved the share. */
  proved(custodian: string, file: string): Promise<void>;
}
