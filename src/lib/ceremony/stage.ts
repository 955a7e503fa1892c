import type { KeyObject } from "node:crypto";
import type { ConclaveError } from "../errors.ts";
import type { Algorithm } from "../key/algorithm.ts";
import type { BroughtKey } from "../key/brought-key.ts";
import type { ExportRecipient } from "../key/export-recipient.ts";
import type { Line } from "../quorum/action.ts";
import type { GenesisInteraction, Interaction, PresentedShare } from "../quorum/interaction.ts";
import type { PlanView } from "../quorum/plan-view.ts";
import type { SeatRequest } from "../quorum/seat-request.ts";
import type { KnownGeneration, QuorumGeneration } from "../quorum/state.ts";
import type { Outcome } from "./outcome.ts";
import type { BackupDone } from "./progress.ts";
import type { Input, Script, Step } from "./script.ts";

/** Somebody who is in the room, but for the custodians, whom their shares name. */
export interface Person {
  role: "administrator" | "witness";
  name: string;
  initials: string;
  /** By which the person may sign the transcript; null: the person has none. */
  key: string | null;
}

/** Where a run stands. */
export interface Place {
  script: Script;
  rehearsal: boolean;
  /** From 0. */
  index: number;
  step: Step;
  /** What comes after it. */
  next: Step | undefined;
  people: readonly Person[];
  /** How long the rest takes, in minutes, as far as the script says. */
  minutesLeft: number;
}

/** What a person says at a step. */
export type Answer =
  | { kind: "done"; initials: string }
  | { kind: "exception" }
  | { kind: "handover" }
  | { kind: "pause" }
  | { kind: "abort" };

/** What is done about a step that was refused; without: go on without it, by an exception. */
export type AfterFailure = "exception" | "without" | "pause" | "abort";

/** What was expected, what happened, what was decided. */
export interface Exception {
  expected: string;
  happened: string;
  decided: string;
  initials: string;
}

/** What a check before step 1 found. */
export interface Checked {
  check: string;
  found: string;
  passed: boolean;
  /** The command that mends it, or what to do. */
  mend?: string;
}

/** What a script says of a new share set: flags of `init`. */
export interface SeatsAsked {
  threshold?: number | undefined;
  custodians?: readonly string[] | undefined;
  "shares-dir": string;
  "share-out"?: readonly string[] | undefined;
  fingerprint?: readonly string[] | undefined;
}

/** What a new vault, or a new generation, needs of people. */
export interface FoundingPlace {
  /** What it is called. */
  vault: string;
  rehearsal: boolean;
  custodians: readonly string[];
}

/** A key that custodians typed in components, and who typed which. */
export interface TypedKey {
  /** Its material is the caller's to dispose of. */
  key: BroughtKey;
  custodians: string[];
}

/** Which quorums are to be gathered. */
export interface GatheringAsked {
  quorums: readonly Pick<QuorumGeneration, "name" | "manifest">[];
  /** Custodians who approved the plan before in this run: others come first, where there are others. */
  earlier: readonly string[];
  /** Whether the plan can wait for more approvals. */
  mayWait: boolean;
  founding: FoundingPlace;
}

/** All that a run needs of the people in the room: a terminal, a machine that plays them, or a test's scripted people. */
export interface Stage {
  /** What is about to begin, or to go on. */
  open(script: Script, run: { id: string; script: string; rehearsal: boolean; resumed: boolean }): Promise<void>;
  /** Who takes a role. @param number from 1, of several with the role */
  introduce(role: Person["role"], number: number, of: number, others: readonly Person[]): Promise<Omit<Person, "role">>;
  /** Whether an answer that was wrong can be given again. */
  readonly mayAskAgain: boolean;
  /** A value that the script asks for. @param problem what was wrong with the last answer */
  askInput(name: string, input: Input, problem: string | undefined): Promise<string>;
  /** What another clock shows, in UTC. @returns HH:MM */
  readClock(): Promise<string>;
  /** What the machine found before step 1. */
  showChecks(checks: readonly Checked[], rehearsal: boolean): Promise<void>;
  /**
   * Something is not right before step 1.
   * @param mayChange whether the inputs may be given again
   */
  notReady(refusal: ConclaveError, mayChange: boolean): Promise<"again" | "inputs" | "stop">;
  /** Where we are, who acts, what to do, what comes next. */
  showStep(place: Place): Promise<void>;
  /** Before the machine does something. @returns done: begin */
  ready(place: Place): Promise<Exclude<Answer, { kind: "done" }> | { kind: "begin" }>;
  /** Whether the step is done. */
  tick(place: Place): Promise<Answer>;
  /** @throws ConclaveError ABORTED: there is none after all */
  describeException(place: Place): Promise<Exception>;
  /** Who takes over which role. @throws ConclaveError ABORTED: nobody after all */
  handOver(place: Place): Promise<Person & { from: string }>;
  /** Why the run is stopped for good. @throws ConclaveError ABORTED: it isn't after all */
  reasonToAbort(place: Place): Promise<string>;
  /** Somebody pressed Ctrl-C. */
  interrupted(place: Place): Promise<"pause" | "abort" | "on">;
  /** What the machine tried was refused. @param dispensable whether the ceremony may go on without it */
  failed(place: Place, error: ConclaveError, dispensable: boolean): Promise<"again" | AfterFailure>;
  /** What a step of the machine gave. */
  showResult(place: Place, lines: readonly Line[]): Promise<void>;
  /** Leads a quorum through a plan. */
  gathering(asked: GatheringAsked): Interaction;
  /** These have new shares, and must prove them at their own desks before the run goes on. */
  proofsAwaited(custodians: readonly string[]): Promise<void>;
  /** A plan was written for custodians elsewhere. */
  planSent(view: PlanView, file: string): Promise<void>;
  /**
   * The seats of a new share set, from what the script says of it.
   * @param compare whether people in the room compare the words of each new enrolment
   * @param inForce the generation that it replaces
   * @throws ConclaveError of an enrolment that is wrong, or whose words are others
   */
  newSeats(
    asked: SeatsAsked,
    rehearsal: boolean,
    compare: boolean,
    inForce?: KnownGeneration,
  ): Promise<{ threshold: number; custodians: SeatRequest[] }>;
  /** The components of a key, each typed by another of these custodians. @returns its material is the caller's to dispose of */
  typeComponents(algorithm: Algorithm, count: number, custodians: readonly string[]): Promise<TypedKey>;
  /** To whom a key is sealed that leaves. @param to recipients, or files of them. @throws ConclaveError of one that is wrong */
  exportRecipient(to: readonly string[]): ExportRecipient;
  /** Leads custodians through new shares. */
  founding(place: FoundingPlace): GenesisInteraction;
  /** A custodian's share, for a drill or to sign. @returns undefined: this custodian doesn't come; else the caller's to dispose of */
  presentShare(custodian: string, what: string): Promise<PresentedShare | undefined>;
  /** The key by which a witness signs. @returns undefined: the witness signs later */
  witnessKey(witness: Person): Promise<KeyObject | undefined>;
  /** A share was not what it should be. @returns whether to try again */
  shareRefused(error: ConclaveError): Promise<boolean>;
  /** Where the transcript goes: a directory. */
  transcriptDirectory(): Promise<string>;
  /** It is over. */
  close(outcome: Outcome): Promise<void>;
}

/** What a performer of a step gives. */
export interface StepResult {
  lines: readonly Line[];
  backup?: BackupDone;
}
