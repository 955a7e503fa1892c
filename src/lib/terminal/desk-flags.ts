import * as Flags from "@oclif/core/flags";
import { systemClock } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { stateDirectory } from "../host/anchor.ts";
import type { ApprovingDesk } from "../quorum/approve.ts";
import { AbortedError } from "./aborted-error.ts";
import { yesFlag } from "./flags.ts";
import { writeMessage } from "./output.ts";
import { askLine, hasTerminal } from "./prompt.ts";
import { passphraseFileFlag, shareFlags } from "./sensitive-flags.ts";

/** What a custodian gives at an own desk: the share, and what was heard on the telephone. */
export const deskFlags = {
  share: Flags.string({
    summary: "your share file; NAME defaults to its base name up to the first dot",
    helpValue: "[NAME=]FILE",
    required: true,
  }),
  identity: shareFlags.identity,
  ...passphraseFileFlag,
  words: Flags.string({
    summary: "the digest's twelve words as you heard them, for a host that this machine does not know",
    helpValue: "WORDS",
  }),
  out: Flags.string({ char: "o", summary: "file to write", helpValue: "FILE", required: true }),
  ...yesFlag,
};

/** This machine as a custodian's desk. */
export function thisDesk(words: string | undefined): ApprovingDesk {
  return { state: stateDirectory(), now: systemClock(), words };
}

/**
 * Show what the custodian is to say yes to: always to a person who will be asked, else as any message.
 * @param note shows a message where `--quiet` and `--json` let it
 */
export function showSubject(text: string, yes: boolean, note: (text: string) => void): void {
  if (!yes && hasTerminal()) writeMessage(`${text}\n\n`);
  else note(`${text}\n`);
}

/**
 * The custodian's yes.
 * @param wanted what must be typed
 * @throws ConclaveError ABORTED; USAGE without a terminal and without `--yes`
 */
export async function agree(question: string, wanted: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!hasTerminal())
    throw new ConclaveError("USAGE", "no terminal to confirm on: --yes is needed", { suggestions: ["Give --yes"] });
  if ((await askLine(question, "--yes")) !== wanted) throw new AbortedError();
}
