import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { chainClockCheck, observeClock } from "../../../../src/lib/vault/check/chain-clock.ts";
import { smallVault } from "../../../support/small-vault.ts";
import { workspace } from "../../../support/workspace.ts";

const LAST = "2026-11-24T06:00:00.000Z";
const APPROVED = "2026-11-24T05:00:00.000Z";

test.for([
  { what: "after both", now: "2026-11-24T06:00:00.001Z", level: "ok" },
  { what: "2 min before the last approved act", now: "2026-11-24T04:58:00.000Z", level: "warning" },
  { what: "more than that", now: "2026-11-24T04:57:59.999Z", level: "refusal" },
  { what: "30 days before", now: "2026-10-25T06:00:00.000Z", level: "refusal" },
  { what: "2 min before the last entry", now: "2026-11-24T05:58:00.000Z", level: "ok" },
  { what: "more than that, still after the last approved act", now: "2026-11-24T05:57:59.999Z", level: "warning" },
  { what: "a year after", now: "2027-11-24T06:00:00.000Z", level: "ok" },
  { what: "years after", now: "2028-11-24T06:00:00.000Z", level: "warning" },
])("H7: the clock is $what: $level", ({ now, level }) => {
  const observation = observeClock(new Date(now), new Date(LAST), new Date(APPROVED));
  expect(observation.level).toBe(level);
  expect(observation.mend).toBe(level === "ok" ? undefined : "date --utc --set TIME");
});

test("H7: nothing was approved yet: a clock that went back is no reason to refuse", () => {
  expect(observeClock(new Date("2026-10-25T06:00:00.000Z"), new Date(LAST), undefined).level).toBe("warning");
});

test("H7: the last approved entry counts, not the last one", async () => {
  await using place = await workspace();
  const times = ["2026-11-24T04:00:00.000Z", APPROVED, LAST];
  const { vault } = await smallVault(place, { times, approved: [2] });
  const look = (now: string) => chainClockCheck.run({ vault, lockTimeoutMs: 0, clock: () => new Date(now) });
  expect(await look("2026-11-24T04:50:00.000Z")).toEqual([
    {
      level: "refusal",
      found: `it is 2026-11-24T04:50:00.000Z, before the last approved act (${APPROVED}): no plan is executed but one of clock accept`,
      mend: "date --utc --set TIME",
    },
  ]);
  expect(await look("2026-11-24T05:00:30.000Z")).toMatchObject([{ level: "warning" }]);
  expect(await look("2026-11-24T06:00:30.000Z")).toEqual([{ level: "ok", found: `after the last entry (${LAST})` }]);
});

test("T4: an entry that is missing or no entry: INTEGRITY, which examine shows as a refusal", async () => {
  await using place = await workspace();
  const { vault } = await smallVault(place, { times: [APPROVED, LAST], approved: [2] });
  const database = new Database(`${vault}/vault.db`);
  const look = () => chainClockCheck.run({ vault, lockTimeoutMs: 0, clock: () => new Date(LAST) });
  database.exec("UPDATE entries SET text = '{}' WHERE sequence = 2");
  await expect(look()).rejects.toMatchObject({ code: "INTEGRITY", message: expect.stringMatching(/^entry 2: /) });
  database.exec("DELETE FROM entries WHERE sequence = 2");
  database.close();
  await expect(look()).rejects.toMatchObject({ code: "INTEGRITY", message: "audit chain: entry 2 is missing" });
});
