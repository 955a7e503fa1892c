import fc from "fast-check";
import { expect, test } from "vitest";
import { keptBy, type Retention } from "../../../src/lib/backup/retention.ts";

const NONE: Retention = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

/** Which of these times are kept, of which the newest comes first. */
function kept(times: readonly string[], retention: Partial<Retention>): string[] {
  const rules = keptBy(
    times.map((time) => new Date(time)),
    { ...NONE, ...retention },
  );
  return times.filter((_, i) => (rules[i]?.length ?? 0) > 0);
}

const TIMES = [
  "2026-11-24T15:00:00Z",
  "2026-11-24T03:00:00Z",
  "2026-11-23T03:00:00Z", // a Monday
  "2026-11-22T03:00:00Z", // a Sunday
  "2026-11-20T03:00:00Z",
  "2026-10-31T03:00:00Z",
  "2026-01-01T03:00:00Z", // a Thursday: week 1 of 2026
  "2025-12-31T03:00:00Z", // the same week
  "2024-02-29T03:00:00Z",
];

// What restic (0.16) keeps of snapshots at these times: `restic forget --dry-run`.
test.for([
  { retention: { last: 2 }, wanted: [0, 1] },
  { retention: { daily: 3 }, wanted: [0, 2, 3] },
  { retention: { weekly: 2 }, wanted: [0, 3] },
  { retention: { weekly: 4 }, wanted: [0, 3, 5, 6] },
  { retention: { weekly: 5 }, wanted: [0, 3, 5, 6, 8] },
  { retention: { monthly: 2 }, wanted: [0, 5] },
  { retention: { monthly: 4 }, wanted: [0, 5, 6, 7] },
  { retention: { yearly: 2 }, wanted: [0, 7] },
  { retention: { yearly: 9 }, wanted: [0, 7, 8] },
  { retention: { last: 1, yearly: 2 }, wanted: [0, 7] },
  { retention: { last: 99 }, wanted: TIMES.map((_, i) => i) },
])("$retention keeps $wanted", ({ retention, wanted }) => {
  expect(kept(TIMES, retention)).toEqual(wanted.map((i) => TIMES[i]));
});

test("the oldest is kept while a rule has not found so many", () => {
  expect(kept(["2026-11-24T15:00:00Z", "2026-11-24T03:00:00Z", "2026-11-24T01:00:00Z"], { daily: 2 })).toEqual([
    "2026-11-24T15:00:00Z",
    "2026-11-24T01:00:00Z",
  ]);
});

test("the newest is kept by each rule that asks for one, and never more than they ask for", () => {
  const count = fc.nat(5);
  const retention = fc.record({ last: count, daily: count, weekly: count, monthly: count, yearly: count });
  const times = fc.array(fc.date({ min: new Date("2000-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }));
  fc.assert(
    fc.property(times, retention, (dates, rules) => {
      const sorted = dates.toSorted((a, b) => b.getTime() - a.getTime());
      const found = keptBy(sorted, rules);
      for (const rule of Object.keys(rules) as (keyof Retention)[]) {
        const by = found.filter((names) => names.includes(rule)).length;
        expect(by).toBeLessThanOrEqual(rules[rule]);
        if (rules[rule] > 0 && sorted.length > 0) expect(found[0]).toContain(rule);
      }
    }),
  );
});
