/** How many backups are kept, by what they are the newest of. */
export interface Retention {
  last: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
}

/** All that is to be known of each rule: which backups are of the same day, week, month, year. */
const PERIODS = {
  last: (_: Date, index: number) => String(index),
  daily: (time: Date) => time.toISOString().slice(0, 10),
  weekly: isoWeek,
  monthly: (time: Date) => time.toISOString().slice(0, 7),
  yearly: (time: Date) => time.toISOString().slice(0, 4),
} as const satisfies Record<keyof Retention, (time: Date, index: number) => string>;

/**
 * Which backups are kept, as restic decides it: for the last n days (weeks, months, years, in UTC) that have backups,
 * the newest of each; and while a rule has not found so many, the oldest of all.
 *
 * @param times the newest first
 * @returns for each, the rules that keep it: none, and it may go
 */
export function keptBy(times: readonly Date[], retention: Retention): (keyof Retention)[][] {
  const kept: (keyof Retention)[][] = times.map(() => []);
  for (const rule of Object.keys(PERIODS) as (keyof Retention)[]) {
    let left = retention[rule];
    let before: string | undefined;
    for (const [index, time] of times.entries()) {
      if (left === 0) break;
      const period = PERIODS[rule](time, index);
      if (period === before && index < times.length - 1) continue;
      kept[index]?.push(rule);
      before = period;
      left -= 1;
    }
  }
  return kept;
}

/** Year and number of the week (ISO 8601): weeks begin on Monday, and belong to the year of their Thursday. */
function isoWeek(time: Date): string {
  const thursday = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return `${year} ${Math.floor(days / 7) + 1}`;
}
