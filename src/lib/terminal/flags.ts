import { homedir } from "node:os";
import { join } from "node:path";
import * as Flags from "@oclif/core/flags";

/** Longest wait for another process, in seconds. */
const LONGEST_LOCK_TIMEOUT = 24 * 60 * 60;

/** What a repeatable flag is without being given; help then shows no empty default. */
export const noneByDefault = { default: async (): Promise<string[]> => [], noCacheDefault: true };

/** Where the vault is; every command that opens one has it. */
export const vaultFlag = {
  vault: Flags.string({
    summary: "folder of the vault, by default $XDG_DATA_HOME/conclave/vault",
    helpValue: "DIR",
    env: "CONCLAVE_VAULT",
    default: async () => defaultVault(process.env),
    noCacheDefault: true,
  }),
};

/** How long to wait for another process that holds the vault. @param seconds unless another is given */
export function lockTimeout(seconds: number) {
  return {
    "lock-timeout": Flags.integer({
      summary: "how long to wait for another process that holds the vault",
      helpValue: "SECONDS",
      min: 0,
      max: LONGEST_LOCK_TIMEOUT,
      default: seconds,
    }),
  };
}

export const lockTimeoutFlag = lockTimeout(30);

/** Answer the typed confirmation of what can't be undone. */
export const yesFlag = {
  yes: Flags.boolean({ default: false, char: "y", summary: "take the confirmation as given" }),
};

/** Why it is done; stands in the plan and in the audit log. */
export const reasonFlag = {
  reason: Flags.string({ summary: "why it is done, for the audit log", helpValue: "TEXT" }),
};

/** Show the plan and who must approve; write nothing. */
export const dryRunFlag = {
  "dry-run": Flags.boolean({ default: false, summary: "show the plan and who must approve it; change nothing" }),
};

/** `$XDG_DATA_HOME/conclave/vault`, by default in `~/.local/share` (XDG Base Directory Specification 0.8). */
export function defaultVault(environment: NodeJS.ProcessEnv): string {
  const base = environment["XDG_DATA_HOME"];
  return join(base?.startsWith("/") ? base : join(homedir(), ".local", "share"), "conclave", "vault");
}

/** Most items of one page. */
const LARGEST_PAGE = 10_000;

/** Which page of a list. @param after what `--after` takes */
export function pageFlags(after: string) {
  return {
    after: Flags.string({ summary: after, helpValue: "WHERE" }),
    limit: Flags.integer({ summary: "how many at most", helpValue: "N", min: 1, max: LARGEST_PAGE, default: 100 }),
  };
}
