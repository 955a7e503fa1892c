import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldLines, readFields } from "../../../src/lib/ceremony/sheet.ts";
import { hostilePayloads } from "../../support/hostile-text.ts";

/** What no screen is to show, but for the line feeds between lines. */
const UNSAFE = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const label = fc.constantFrom("Title", "Who", "Step", "Signed by", "SHA 256");
const value = fc.oneof(
  fc.string({ maxLength: 250 }),
  fc.string({ unit: "binary", maxLength: 50 }),
  fc.string({
    unit: fc.constantFrom(" ", "\\", "=", "-", "a", "界", ":", "*", "\n", "u{3d}", "Who: x"),
    maxLength: 150,
  }),
);

test("any fields come back, at any indent", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(label, value), { minLength: 1, maxLength: 4 }), fc.nat(3), (fields, indent) => {
      const lines = fieldLines(fields, 2 * indent);
      expect(readFields(lines)).toEqual(fields);
    }),
    { numRuns: 500 },
  );
});

describe("a line", () => {
  test("has no more than 100 columns, and nothing at its end", () => {
    fc.assert(
      fc.property(value, (text) => {
        const lines = fieldLines([["Title", text]], 4);
        expect(lines.filter((line) => Array.from(line).length > 100 || line.endsWith(" "))).toEqual([]);
      }),
    );
  });

  test.for([
    { what: "is folded between words", value: `${"word ".repeat(30)}end`, lines: 2 },
    { what: "is broken where a word is too long", value: "x".repeat(250), lines: 4 },
    { what: "counts two columns for what may be wide", value: "鍵".repeat(60), lines: 3 },
  ])("$what", ({ value: text, lines }) => {
    expect(fieldLines([["Title", text]])).toHaveLength(lines);
  });

  test("I4: holds nothing that a terminal obeys or that can't be seen", () => {
    for (const payload of hostilePayloads().map((text) => text.slice(0, 1000))) {
      const text = fieldLines([["Title", payload]]).join("\n");
      expect(text).not.toMatch(UNSAFE);
    }
  });

  test("I8: begins like no formula, and no value does", () => {
    const formula = fc
      .tuple(
        fc.constantFrom("=", "+", "-", "@"),
        fc.string({ unit: fc.constantFrom("=", "+", "-", "@", " ", "a"), maxLength: 200 }),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(formula, formula, (one, other) => {
        const lines = fieldLines([
          ["Title", one],
          ["Who", other],
        ]);
        for (const line of lines) expect(line).not.toMatch(/^\s*[=+\-@]|: [=+\-@]/);
      }),
    );
  });

  test("I8: holds no tag of HTML", () => {
    expect(fieldLines([["Title", "<script>alert(1)</script>"]])).toEqual([
      "Title: \\u{3c}script>alert(1)\\u{3c}/script>",
    ]);
  });
});
