import { selfTest } from "../crypto/self-test.ts";
import { observeCoreLimit } from "../host/check/core-dumps.ts";
import type { ProcessPlace } from "../host/check.ts";
import { assertQuietProcess, observeProcess, preflightError } from "../host/process.ts";
import { shamirSelfTest } from "../share/shamir.ts";
import { sqliteVersions } from "../storage/version.ts";
import { observeSqlite } from "./check/sqlite.ts";

/** Of this process. */
const ownPlace = (): ProcessPlace => ({ kernel: "/proc", environment: process.env, flags: process.execArgv });

/**
 * What must hold before a process handles shares: nobody looks into it, and the algorithms give
 * their known answers. These are the checks of `doctor` that are quick and concern secrets; the others of it are made
 * where their object is: modes when a vault is opened, the clock when a plan is executed. Sets the mask so that
 * whatever is created is private.
 *
 * @param warn told of what doesn't refuse, but lets secrets lie about: a core dump, a library preloaded
 * @throws ConclaveError HOST_PREFLIGHT
 */
export async function assertReady(
  warn: (message: string) => void = () => undefined,
  place: ProcessPlace = ownPlace(),
): Promise<void> {
  assertQuietProcess(place.environment, place.flags);
  const observations = [
    ...observeProcess(place.environment, place.flags),
    ...observeCoreLimit(place.kernel),
    observeSqlite(sqliteVersions()),
  ];
  for (const observation of observations) {
    const { level, found, mend } = observation;
    if (level === "refusal") throw preflightError(observation);
    if (level === "warning") warn(mend === undefined ? found : `${found} (${mend})`);
  }
  selfTest();
  await shamirSelfTest();
}
