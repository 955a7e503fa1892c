import { expect, test } from "vitest";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { type Check, examine, type Observation, type Place } from "../../../src/lib/host/check.ts";

const place: Place = {
  vault: "/vault",
  state: "/state",
  clock: () => new Date(0),
  lockTimeoutMs: 0,
  kernel: "/proc",
  environment: {},
  flags: [],
  node: { version: "v26.10.0", path: "/node", sha256: "ab".repeat(32), flags: [] },
  timedatectl: "/none",
};
const check = (name: string, run: () => Promise<Observation[]>): Check => ({ name, title: name.toUpperCase(), run });
const saying = (level: Observation["level"]) => check(level, async () => [{ level, found: `a ${level}` }]);

test.for([
  { levels: [], go: true },
  { levels: ["ok", "warning"], go: true },
  { levels: ["ok", "refusal", "ok"], go: false },
] as const)("$levels: go is $go", async ({ levels, go }) => {
  const examination = await examine(levels.map(saying), place);
  expect(examination.go).toBe(go);
  expect(examination.findings).toEqual(
    levels.map((level) => ({ check: level, title: level.toUpperCase(), level, found: `a ${level}` })),
  );
  expect(examination.node).toBe(place.node);
});

test("an error that a person can act on is a refusal, and the other checks run on", async () => {
  const error = new ConclaveError("HOST_IO", "/vault: the host could not read or write it (EIO)", {
    suggestions: ["Check the disk", "Restore"],
  });
  const broken = check("broken", () => Promise.reject(error));
  const { go, findings } = await examine([broken, saying("ok")], place);
  expect(go).toBe(false);
  expect(findings).toEqual([
    { check: "broken", title: "BROKEN", level: "refusal", found: error.message, mend: "Check the disk" },
    { check: "ok", title: "OK", level: "ok", found: "a ok" },
  ]);
});

test("any other error is ours, and ends it", async () => {
  const broken = check("broken", () => Promise.reject(new TypeError("a bug")));
  await expect(examine([broken], place)).rejects.toThrow(TypeError);
});
