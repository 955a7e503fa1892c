import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration, showDuration } from "../../src/lib/duration.ts";

test.for([
  { text: "1s", seconds: 1 },
  { text: "90m", seconds: 5400 },
  { text: "12h", seconds: 43_200 },
  { text: "90d", seconds: 7_776_000 },
  { text: "2w", seconds: 1_209_600 },
  { text: "1y", seconds: 31_536_000 },
  { text: "100y", seconds: 3_153_600_000 },
])("$text is $seconds s", ({ text, seconds }) => {
  expect(parseDuration(text, "--cryptoperiod")).toBe(seconds);
});

test.for([
  "",
  "0d",
  "1",
  "d",
  "-1d",
  "1.5h",
  "1 d",
  " 1d",
  "01d",
  "1D",
  "1d2h",
  "101y",
  "36501d",
  "99999999999s",
  "１d",
])("%j is no duration", (text) => {
  expect(() => parseDuration(text, "--cryptoperiod")).toThrow(
    expect.objectContaining({
      code: "USAGE",
      message: `--cryptoperiod ${text}: wanted a number and one of s, m, h, d, w, y, up to 100y`,
    }),
  );
});

test.for([
  { seconds: 31_536_000, shown: "1y" },
  { seconds: 1_209_600, shown: "14d" },
  { seconds: 5400, shown: "90m" },
  { seconds: 86_401, shown: "86401s" },
])("$seconds s is shown as $shown", ({ seconds, shown }) => {
  expect(showDuration(seconds)).toBe(shown);
});

test("what is shown means the same", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_153_600_000 }), (seconds) => {
      expect(parseDuration(showDuration(seconds), "")).toBe(seconds);
    }),
  );
});
