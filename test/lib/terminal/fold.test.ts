import fc from "fast-check";
import { expect, test } from "vitest";
import { fold } from "../../../src/lib/terminal/fold.ts";

test.for([
  { what: "a short line", text: "a b c", folded: "a b c" },
  {
    what: "a sentence",
    text: "the quick brown fox jumps over the dog",
    folded: "the quick brown fox\njumps over the dog",
  },
  { what: "an indent", text: "  the quick brown fox jumps over it", folded: "  the quick brown\n  fox jumps over it" },
  { what: "a value", text: "Words  one two three four five", folded: "Words  one two three\n       four five" },
  { what: "a table", text: "NAME   STATE   CREATED", folded: "NAME   STATE   CREATED" },
  { what: "a command to be copied", text: "    conclave share verify alice.share", folded: undefined },
  {
    what: "a word wider than the screen",
    text: "x 0123456789abcdef0123456789 y",
    folded: "x\n0123456789abcdef0123456789\ny",
  },
  {
    what: "colours",
    text: "\u001b[31merror:\u001b[39m seventeen eggs",
    folded: "\u001b[31merror:\u001b[39m seventeen\neggs",
  },
])("$what", ({ text, folded }) => {
  expect(fold(text, 20)).toBe(folded ?? text);
});

test.for([undefined, 0, 19])("a screen of %s columns folds nothing", (columns) => {
  const long = "word ".repeat(50);
  expect(fold(long, columns)).toBe(long);
});

test("folding changes nothing but spaces", () => {
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", " ", "\n") }),
      fc.integer({ min: 20, max: 40 }),
      (text, columns) => {
        expect(words(fold(text, columns))).toEqual(words(text));
      },
    ),
  );
});
