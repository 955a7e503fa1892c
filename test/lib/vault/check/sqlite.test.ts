import { expect, test } from "vitest";
import { observeSqlite, sqliteCheck } from "../../../../src/lib/vault/check/sqlite.ts";

test.for([
  { sqlite: "3.51.2", level: "refusal" },
  { sqlite: "3.50.9", level: "refusal" },
  { sqlite: "2.99.99", level: "refusal" },
  { sqlite: "3.51", level: "refusal" },
  { sqlite: "3.51.3", level: "ok" },
  { sqlite: "3.51.10", level: "ok" },
  { sqlite: "3.100.0", level: "ok" },
  { sqlite: "4.0.0", level: "ok" },
])("SQLite $sqlite: $level", ({ sqlite, level }) => {
  expect(observeSqlite({ sqlite, driver: "13.2.0" })).toMatchObject({
    level,
    found: expect.stringMatching(`^${sqlite}, by better-sqlite3 13.2.0`),
  });
});

test("the one that is loaded here is new enough", async () => {
  expect(await sqliteCheck.run()).toMatchObject([{ level: "ok" }]);
});
