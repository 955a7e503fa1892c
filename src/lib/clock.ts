/** The present moment; comes in as an argument wherever time matters. */
export type Clock = () => Date;

/** The host's own clock. */
export const systemClock: Clock = () => new Date();

/** RFC 3339 in UTC with milliseconds: `2026-11-24T05:37:40.123Z`. */
export function timestamp(date: Date): string {
  return date.toISOString();
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
