import { ENTRY_TYPES } from "../catalogue.ts";
import { systemClock } from "../clock.ts";
import { stateDirectory } from "../host/anchor.ts";
import type { Surroundings } from "../vault/vault.ts";
import { progressBar } from "./progress.ts";

/** Milliseconds before a progress bar is shown. */
const PATIENCE = 1000;

/**
 * What a command opens a vault with.
 * @param lockTimeout how long to wait for another process, in seconds
 * @param warn told of what a host should not be like
 */
export function surroundings(lockTimeout: number, warn: (message: string) => void): Surroundings {
  return {
    state: stateDirectory(),
    types: ENTRY_TYPES,
    clock: systemClock,
    lockTimeoutMs: lockTimeout * 1000,
    warn,
    progress: progressBar("verifying the audit chain", PATIENCE),
    acting: progressBar("executing the plan", PATIENCE),
  };
}
