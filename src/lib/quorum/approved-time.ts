import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import { CLOCK_TOLERANCE } from "../vault/check/chain-clock.ts";

/**
 * The time of an approved act: not before that of the last one.
 *
 * @param timeOf time of an entry by its sequence
 * @throws ConclaveError HOST_PREFLIGHT if the clock went back by more than two minutes
 */
export async function approvedTime(now: Date, state: Reader, timeOf: (sequence: number) => Date): Promise<Date> {
  const last = await state.largest("plans", "sequence", { outcome: "executed" });
  if (last === undefined) return now;
  const floor = timeOf(last);
  if (now >= floor) return now;
  if (floor.getTime() - now.getTime() <= CLOCK_TOLERANCE) return floor;
  throw new ConclaveError(
    "HOST_PREFLIGHT",
    `the clock says ${timestamp(now)}, the last approved act was at ${timestamp(floor)}`,
    {
      suggestions: ["Set the host's clock", "If it ran far ahead then, and is right now: conclave clock accept"],
    },
  );
}
