import { expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { linesOf, valueOfLine } from "../../../src/lib/share/lines.ts";

const refuse = (line: number, what: string) => new ConclaveError("SHARE_MALFORMED", `line ${line}: ${what}`);

test.for([
  { what: "LF", text: "a\nb\n" },
  { what: "CR LF", text: "a\r\nb\r\n" },
  { what: "no end of the last line", text: "a\nb" },
])("lines ended by $what", ({ text }) => {
  expect(linesOf(utf8(text), refuse).map(fromUtf8)).toEqual(["a", "b"]);
});

test("lines are views, so that nothing is copied", () => {
  const text = utf8("a\nb\n");
  expect(linesOf(text, refuse).every((line) => line.buffer === text.buffer)).toBe(true);
});

test.for([
  { text: "", message: "line 1: the text is empty" },
  { text: "a\n\nb", message: "line 2: wanted a line that isn't empty" },
  { text: "\r\na", message: "line 1: wanted a line that isn't empty" },
  { text: "a\nb\u0000", message: "line 2: byte 2 isn't printable ASCII" },
  { text: "a\r\r\n", message: "line 1: byte 2 isn't printable ASCII" },
  { text: "ä", message: "line 1: byte 1 isn't printable ASCII" },
])("$message", ({ text, message }) => {
  expect(() => linesOf(utf8(text), refuse)).toThrow(message);
});

test("a text at the limit, and one above", () => {
  const text = new Uint8Array(LIMITS.shareFileBytes + 1).fill(0x61);
  expect(linesOf(text.subarray(1), refuse)).toHaveLength(1);
  expect(() => linesOf(text, refuse)).toThrow(
    `line 1: the text has ${text.length} bytes, wanted at most ${LIMITS.shareFileBytes}`,
  );
});

test.for([
  { line: "age X", value: "X" },
  { line: "age ", value: "" },
  { line: "age", value: undefined },
  { line: "ageX", value: undefined },
  { line: " age X", value: undefined },
  { line: "AGE X", value: undefined },
])("the value of '$line'", ({ line, value }) => {
  expect(valueOfLine("age", utf8(line))).toBe(value);
});
