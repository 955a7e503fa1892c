import * as Flags from "@oclif/core/flags";
import { lockTimeoutFlag, noneByDefault, vaultFlag } from "./flags.ts";
import { sensitiveFlags } from "./sensitive-flags.ts";

/** What `restore` takes: it works without a vault. */
export const restoreFlags = {
  ...vaultFlag,
  latest: Flags.boolean({ default: false, summary: "of a directory, the newest whole backup" }),
  "older-than-anchor": Flags.boolean({
    default: false,
    summary: "take a backup older than what this machine remembers; stands in the plan",
  }),
  ...sensitiveFlags,
  "dry-run": Flags.boolean({ default: false, summary: "show who is needed and what would come; change nothing" }),
  plan: Flags.string({
    summary: "restore plan that this host wrote and custodians approved",
    helpValue: "PLAN",
    exclusive: ["plan-out", "dry-run", "older-than-anchor"],
  }),
  approval: Flags.string({
    summary: "approval file of a custodian; once for each",
    helpValue: "FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  ...lockTimeoutFlag,
};
