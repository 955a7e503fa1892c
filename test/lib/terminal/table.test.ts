import { expect, test } from "vitest";
import { table } from "../../../src/lib/terminal/table.ts";

test("columns are aligned, wide and combining characters too, without spaces at the ends", () => {
  const rows = [
    ["pay", "active", "2"],
    ["日本", "destroyed"],
    ["q\u0335uay", "", "1"],
  ];
  expect(table(["NAME", "STATE", "VERSION"], rows)).toBe(
    ["NAME  STATE      VERSION", "pay   active     2", "日本  destroyed  -", "q\u0335uay  -          1"].join("\n"),
  );
});

test("no row is a line of headings", () => {
  expect(table(["NAME", "STATE"], [])).toBe("NAME  STATE");
});

test("I4: a cell can't break out of its place", () => {
  expect(table(["NAME"], [["a\nb\u001b[1A"]])).toBe("NAME\na\\u{a}b\\u{1b}[1A");
});
