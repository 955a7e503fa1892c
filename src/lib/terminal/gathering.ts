import type { ConclaveError } from "../errors.ts";
import { type Interaction, isOpen, type PresentedShare, type QuorumProgress } from "../quorum/interaction.ts";
import type { PlanView } from "../quorum/plan-view.ts";
import { AbortedError } from "./aborted-error.ts";
import { CLEAR_SCREEN } from "./clear-screen.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import type { Founding } from "./founding.ts";
import { writeMessage } from "./output.ts";
import { planText, planTitle } from "./plan-text.ts";
import { askChoice, askLine } from "./prompt.ts";
import { type NamedShareFile, openShare, type ShareKeys } from "./share-file.ts";
import { askForShare } from "./typed-path.ts";

export interface GatheringOptions {
  /** Share files at hand, taken first; a bad one ends the act. */
  shares: readonly NamedShareFile[];
  /** What opens them, and those of people in the room. */
  keys: ShareKeys;
  /** Whether people in the room are asked for what the files lack. */
  room: boolean;
  /** Whether the plan can wait for more approvals: then stopping is no abort, and what was approved elsewhere needs no second yes. */
  mayWait: boolean;
  /** Whether the last confirmation is taken as given. */
  yes: boolean;
  /** Whether to show the plan and the progress. */
  quiet: boolean;
  /** Whether files at hand beyond a threshold are left alone; else all are taken. */
  enough?: boolean;
  /** Custodians to be asked last, since they approved something of the same ceremony before. */
  last?: readonly string[];
  /** Leads custodians through new shares, where the act makes any. */
  founding?: Founding;
}

/** Gathers from share files at hand, then from people in the room, one custodian after the other. */
export class Gathering implements Interaction {
  readonly #options: GatheringOptions;
  readonly #files: NamedShareFile[];
  #view = "";
  /** What is asked for, in a few words. */
  #act = "";
  #fromRoom = false;

  constructor(options: GatheringOptions) {
    this.#options = options;
    this.#files = [...options.shares];
  }

  async showPlan(view: PlanView): Promise<void> {
    this.#act = planTitle(view);
    this.#view = planText(view);
    if (this.#options.room) writeMessage(`${this.#view}\n\n`);
    else this.#say(`${this.#view}\n`);
  }

  async presentShare(progress: readonly QuorumProgress[]): Promise<PresentedShare | undefined> {
    const open = progress.filter(isOpen);
    const file = open.length === 0 && this.#options.enough ? undefined : this.#files.shift();
    if (file !== undefined) return this.#open(file, `${file.name}'s passphrase for ${file.path}`);
    if (open.length === 0 || !this.#options.room) return undefined;

    this.#fromRoom = true;
    const who = await askChoice(
      `Who comes next, to approve ${this.#act}?`,
      [
        ...this.#lastLast(open.flatMap(whoMayCome)).map((name) => [name, name] as const),
        ["nobody: stop here", undefined] as const,
      ],
      "--share [NAME=]FILE",
    );
    if (who === undefined && this.#options.mayWait) return undefined;
    if (who === undefined) throw new AbortedError();
    return this.#open(await askForShare(who, "--share [NAME=]FILE"), `${who}: your passphrase`);
  }

  async shareAccepted(_custodian: string, progress: readonly QuorumProgress[]): Promise<void> {
    if (this.#fromRoom) writeMessage(`${CLEAR_SCREEN}${this.#view}\n\n`);
    for (const line of progress.map(progressLine)) {
      if (this.#fromRoom) writeMessage(`${line}\n`);
      else this.#say(line);
    }
  }

  async shareRefused(error: ConclaveError): Promise<boolean> {
    if (!this.#fromRoom) return false;
    reportError(error);
    writeMessage("It does not count. Try again, or let another custodian come first.\n");
    return true;
  }

  async confirm(typed: string | undefined): Promise<void> {
    const { yes, mayWait } = this.#options;
    if (yes || (typed === undefined && mayWait && !this.#fromRoom)) return;
    const wanted = typed ?? "yes";
    const no = wanted === "no" ? "stop" : "no";
    const answer = await askLine(`Type ${wanted} to execute ${this.#act}, ${no} to stop:`, "--yes", (typed) =>
      [wanted, no].includes(typed.trim())
        ? undefined
        : `neither ${wanted} nor ${no}: ${typed === "" ? "nothing" : typed}`,
    );
    if (answer.trim() !== wanted) throw new AbortedError();
  }

  newPassphrase(name: string, seals: "share" | "exported key"): Promise<string> {
    const { founding } = this.#options;
    if (founding === undefined) throw new TypeError("an act that makes nothing asks for a passphrase");
    return founding.newPassphrase(name, seals);
  }

  #lastLast(names: readonly string[]): string[] {
    const { last = [] } = this.#options;
    return [...names.filter((name) => !last.includes(name)), ...names.filter((name) => last.includes(name))];
  }

  async #open(file: NamedShareFile, question: string): Promise<PresentedShare> {
    const keys = { ...this.#options.keys, beforeIdentity: (name: string) => this.#warnOfExposure(name) };
    const document = await openShare(file, keys, question);
    return { document, origin: file.path, claimed: file.name };
  }

  #warnOfExposure(name: string): void {
    this.#say(
      show(`${name}: your identity is opened on this host, which could keep your signing key.`, 400) +
        "\nAt your own desk it stays yours: --plan-out PLAN here, conclave plan approve PLAN there.",
    );
  }

  #say(text: string): void {
    if (!this.#options.quiet) writeMessage(`${text}\n`);
  }
}

/** Whoever is missing, while the threshold isn't met; then those who must come themselves. */
function whoMayCome({ present, threshold, missing, needed }: QuorumProgress): readonly string[] {
  return present.length < threshold ? missing : needed;
}

/** "quorum root: 1 of 2 (alice); waiting for one of bob, carol". */
function progressLine(progress: QuorumProgress): string {
  const { quorum, threshold, present, needed } = progress;
  const who = present.length === 0 ? "" : ` (${present.join(", ")})`;
  const anybody = needed.length < threshold - present.length;
  const must = anybody && needed.length > 0 ? `, and for ${needed.join(", ")}` : "";
  const awaited = anybody ? `one of ${whoMayCome(progress).join(", ")}${must}` : needed.join(", ");
  const rest = isOpen(progress) ? `; waiting for ${awaited}` : "";
  return show(`quorum ${quorum}: ${present.length} of ${threshold}${who}${rest}`, 400);
}
