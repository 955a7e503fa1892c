import * as Flags from "@oclif/core/flags";
import { lockTimeoutFlag, noneByDefault, vaultFlag, yesFlag } from "./flags.ts";
import { newPassphraseFlags, planFlags, shareFlags } from "./sensitive-flags.ts";

/** Inputs of a script. */
export const inputFlag = {
  input: Flags.string({
    summary: "a value that the script asks for; once for each",
    helpValue: "NAME=VALUE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
};

/** Inputs of a script, and where its transcript goes. */
export const scriptFlags = {
  ...inputFlag,
  "transcript-dir": Flags.string({ summary: "directory for the transcript; asked for at the end", helpValue: "DIR" }),
};

/** What `ceremony run` takes. */
export const runFlags = {
  ...vaultFlag,
  ...lockTimeoutFlag,
  ...scriptFlags,
  resume: Flags.boolean({ default: false, summary: "go on with a run that was paused, waits, or was cut off" }),
  approval: Flags.string({
    summary: "approval of the plan that the run waits for; once for each",
    helpValue: "FILE",
    multiple: true,
    multipleNonGreedy: true,
    dependsOn: ["resume"],
    ...noneByDefault,
  }),
  ...shareFlags,
  ...newPassphraseFlags,
  ...planFlags,
  yes: Flags.boolean({ ...yesFlag.yes, summary: "ask nothing and tick every step: rehearsal vaults only" }),
};
