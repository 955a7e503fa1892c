import { expect, test } from "vitest";
import { Seen } from "./seen.ts";

const uuid = (digit: string) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;

test("what differs from run to run is named, the same thing by the same name", () => {
  const stdout = [
    `vault ${uuid("b")} at /tmp/conclave-x/data, plan ${uuid("a")} of ${uuid("b")}`,
    `hash ${"0".repeat(64)} signed ${"1".repeat(128)} at 2026-11-24T05:37:40.123Z`,
    "",
  ].join("\n");
  expect(new Seen(["key", "list"], 13, stdout, "error: no", "/tmp/conclave-x").toString()).toBe(
    [
      "$ conclave key list",
      "--- stdout",
      "vault UUID 1 at PLACE/data, plan UUID 2 of UUID 1",
      "hash DIGEST 1 signed SIGNATURE 1 at TIME",
      "--- stderr",
      "error: no",
      "(no line feed at the end)",
      "--- exit status 13",
      "",
    ].join("\n"),
  );
});

test("a golden file holds that text", () => {
  expect(new Seen([], 0, "done\n", "", "/nowhere")).toMatchInlineSnapshot(`
    $ conclave 
    --- stdout
    done
    --- exit status 0

  `);
});
