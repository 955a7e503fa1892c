import * as Flags from "@oclif/core/flags";
import { dryRunFlag, noneByDefault, reasonFlag, yesFlag } from "./flags.ts";

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

/** Flags by which custodians present their shares. */
export const shareFlags = {
  share: Flags.string({
    summary: "share file at hand; NAME defaults to its base name up to the first dot",
    helpValue: "[NAME=]FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  identity: Flags.string({
    summary: "identity file of a custodian who enrolled, or a plain age identity",
    helpValue: "[NAME=]FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  ...passphraseFileFlag,
};

/** Flags for custodians without an own desk, whose new shares an act makes. */
export const newPassphraseFlags = {
  "new-passphrase-file": Flags.string({
    summary: "file whose first line seals NAME's new share; /dev/fd/N too",
    helpValue: "NAME=FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take passphrases that can be guessed" }),
};

/** Flags that make a plan for custodians elsewhere, instead of gathering them here. */
export const planFlags = {
  "plan-out": Flags.string({
    summary: "write the plan for custodians elsewhere to approve, and exit 10",
    helpValue: "FILE",
  }),
  "plan-lifetime": Flags.string({
    summary: "how long the plan can be executed, up to 30d",
    helpValue: "DURATION",
    default: "24h",
  }),
  "plain-session": Flags.boolean({
    default: false,
    summary: "keep the key to shares in transit open on this host; custodians are told",
    exclusive: ["session-passphrase-file"],
  }),
  "session-passphrase-file": Flags.string({
    summary: "file with the passphrase that seals that key",
    helpValue: "FILE",
  }),
};

/** What every sensitive command takes. */
export const sensitiveFlags = { ...shareFlags, ...planFlags, ...yesFlag, ...reasonFlag, ...dryRunFlag };

export interface ShareFlags {
  share: string[];
  identity: string[];
  "passphrase-file": string[];
}

export interface SensitiveFlags extends ShareFlags {
  "plan-out": string | undefined;
  "plan-lifetime": string;
  "plain-session": boolean;
  "session-passphrase-file": string | undefined;
  yes: boolean;
  reason: string | undefined;
  "dry-run": boolean;
  quiet: boolean;
}
