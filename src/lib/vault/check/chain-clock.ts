import { parseEntry } from "../../audit/entry.ts";
import { DAY, MINUTE, timestamp } from "../../clock.ts";
import { IntegrityError } from "../../errors.ts";
import type { Check, Observation, Place } from "../../host/check.ts";
import type { Reader } from "../../storage/storage.ts";
import { lookInto } from "../read-only.ts";

/** How far the clock may lie behind the last approved entry, in milliseconds. */
export const CLOCK_TOLERANCE = 2 * MINUTE;
/** How long a vault may lie still before its clock is doubted, in milliseconds. */
const LONG_STILL = 2 * 365 * DAY;

const SET_CLOCK = "date --utc --set TIME";

/** Whether the clock agrees with what happened before. */
export const chainClockCheck = {
  name: "chain-clock",
  title: "Clock and chain",
  run: (place: Pick<Place, "vault" | "lockTimeoutMs" | "clock">) =>
    lookInto(place, async (reader) => {
      const last = await timeOf(reader, await reader.count("entries"));
      return [observeClock(place.clock(), last, await lastApproved(reader))];
    }),
} satisfies Check;

/**
 * @param last time of the last entry
 * @param approved time of the last approved one, if there is any
 */
export function observeClock(now: Date, last: Date, approved: Date | undefined): Observation {
  if (approved !== undefined && approved.getTime() - now.getTime() > CLOCK_TOLERANCE) {
    const found = `it is ${timestamp(now)}, before the last approved act (${timestamp(approved)}): no plan is executed but one of clock accept`;
    return { level: "refusal", found, mend: SET_CLOCK };
  }
  if (last.getTime() - now.getTime() > CLOCK_TOLERANCE) {
    const found = `it is ${timestamp(now)}, before the last entry (${timestamp(last)})`;
    return { level: "warning", found, mend: SET_CLOCK };
  }
  if (now.getTime() - last.getTime() > LONG_STILL) {
    const found = `it is ${timestamp(now)}, years after the last entry (${timestamp(last)}): an act now would fix that time for ever`;
    return { level: "warning", found, mend: SET_CLOCK };
  }
  return { level: "ok", found: `after the last entry (${timestamp(last)})` };
}

async function lastApproved(reader: Reader): Promise<Date | undefined> {
  const last = await reader.largest("plans", "sequence", { outcome: "executed" });
  return last === undefined ? undefined : timeOf(reader, last);
}

async function timeOf(reader: Reader, sequence: number): Promise<Date> {
  const row = await reader.find("entries", { sequence });
  if (row === undefined) throw new IntegrityError("audit chain", `entry ${sequence} is missing`);
  return new Date(parseEntry(row.text, sequence).time);
}
