import { expect, test } from "vitest";
import { fields } from "../../../src/lib/terminal/fields.ts";

test("values are aligned; an empty one is a dash", () => {
  expect(
    fields(
      new Map([
        ["vault", "payments"],
        ["last backup", ""],
      ]),
    ),
  ).toBe("vault        payments\nlast backup  -");
});

test("no pairs, no lines", () => {
  expect(fields([])).toBe("");
});

test("I4: names and values are escaped, long values cut", () => {
  const shown = fields([["tag\u202e", `x\n${"y".repeat(400)}`]]);
  expect(shown).toMatch(/^tag\\u\{202e\} {2}x\\u\{a\}y+…$/);
  expect(shown.length).toBe("tag\\u{202e}  ".length + 300);
});
