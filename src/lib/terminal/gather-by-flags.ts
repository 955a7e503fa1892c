import { ConclaveError } from "../errors.ts";
import type { Founding } from "./founding.ts";
import { Gathering } from "./gathering.ts";
import { hasTerminal } from "./prompt.ts";
import type { ShareFlags } from "./sensitive-flags.ts";
import { assertKeysGiven, parseShareFile, shareKeys } from "./share-file.ts";

/**
 * What gathers a quorum as the flags say: from files at hand, from people in the room.
 * @throws ConclaveError USAGE if there is neither, or nobody to confirm
 */
export function gatherByFlags(
  flags: ShareFlags & { yes: boolean },
  quiet: boolean,
  warn: (message: string) => void,
  founding?: Founding,
): Gathering {
  const room = hasTerminal() && !flags.yes;
  if (!room && flags.share.length === 0) {
    throw new ConclaveError("USAGE", "no custodians: no share given, and nobody is asked", {
      suggestions: [
        "Give --share [NAME=]FILE and --passphrase-file NAME=FILE for each custodian",
        "Write the plan for custodians elsewhere: --plan-out FILE",
        "Run it on a terminal without --yes",
      ],
    });
  }
  if (!room && !flags.yes) {
    throw new ConclaveError("USAGE", "no terminal to confirm on: --yes is needed", { suggestions: ["Give --yes"] });
  }
  const shares = flags.share.map((value) => parseShareFile(value));
  const keys = shareKeys(flags, warn);
  if (!room) assertKeysGiven(shares, keys);
  return new Gathering({ shares, keys, room, mayWait: false, yes: flags.yes, quiet, ...(founding && { founding }) });
}

/** What gathers the rest of a plan that custodians elsewhere approved: it may also wait for more of them. */
export function gatherForPlan(
  flags: ShareFlags & { yes: boolean },
  quiet: boolean,
  warn: (message: string) => void,
): Gathering {
  const shares = flags.share.map((value) => parseShareFile(value));
  const keys = shareKeys(flags, warn);
  return new Gathering({ shares, keys, room: hasTerminal() && !flags.yes, mayWait: true, yes: flags.yes, quiet });
}
