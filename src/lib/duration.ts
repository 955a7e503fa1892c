import { ConclaveError } from "./errors.ts";

/** Seconds of a unit; a year is 365 days. */
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400, y: 365 * 86_400 } as const;

/** Longest duration, in seconds: 100 years. */
const LONGEST = 100 * UNITS.y;

/**
 * Seconds of `90d`, `12h`, `1y`.
 * @param what the flag, for the message
 * @throws ConclaveError USAGE
 */
export function parseDuration(text: string, what: string): number {
  const match = /^([1-9][0-9]{0,9})([smhdwy])$/.exec(text);
  const seconds = match === null ? 0 : Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  if (seconds === 0 || seconds > LONGEST) {
    throw new ConclaveError("USAGE", `${what} ${text}: wanted a number and one of s, m, h, d, w, y, up to 100y`);
  }
  return seconds;
}

/** The same, in the largest unit that divides it. */
export function showDuration(seconds: number): string {
  for (const unit of ["y", "d", "h", "m"] as const) {
    if (seconds % UNITS[unit] === 0) return `${seconds / UNITS[unit]}${unit}`;
  }
  return `${seconds}s`;
}
