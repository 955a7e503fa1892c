import * as Flags from "@oclif/core/flags";
import { USAGES } from "../key/algorithm.ts";
import { noneByDefault } from "./flags.ts";

/** Flags of what a new key is to be, whether it is made here or brought. */
export const newKeyFlags = {
  usage: Flags.option({
    summary: "what it may be used for; once for each",
    options: USAGES,
    multiple: true,
    multipleNonGreedy: true,
  })(),
  tag: Flags.string({
    summary: "a note that lists can be filtered by",
    helpValue: "NAME=VALUE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  cryptoperiod: Flags.string({ summary: "how long before it is to be rotated: 90d, 1y", helpValue: "DURATION" }),
  "pre-active": Flags.boolean({ default: false, summary: "not usable until it is activated, or its date comes" }),
  "activate-at": Flags.string({
    summary: "when it becomes active by itself, in UTC; begins pre-active",
    helpValue: "TIME",
  }),
  "deactivate-at": Flags.string({ summary: "when it is deactivated by itself, in UTC", helpValue: "TIME" }),
  exportable: Flags.boolean({ default: false, summary: "a quorum may export it, wrapped; can't be granted later" }),
};

/** The keyring of a key whose name doesn't say it. */
export const keyringFlag = {
  keyring: Flags.string({ summary: "keyring of the key", helpValue: "NAME", default: "default" }),
};
