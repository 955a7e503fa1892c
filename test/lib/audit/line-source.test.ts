import { expect, test } from "vitest";
import { type ByteSource, LineSource } from "../../../src/lib/audit/line-source.ts";
import { concat, utf8 } from "../../../src/lib/bytes.ts";

/** Bytes of which no more than asked for are made. */
function sourceOf(bytes: Uint8Array): ByteSource & { read: (into: Uint8Array) => Uint8Array; given: number } {
  const source = {
    given: 0,
    read(into: Uint8Array) {
      const part = bytes.subarray(source.given, source.given + into.length);
      into.set(part);
      source.given += part.length;
      return into.subarray(0, part.length);
    },
  };
  return source;
}

function linesOf(bytes: Uint8Array, limit = 1000): string[] {
  const lines = new LineSource(sourceOf(bytes), (line, problem) => new Error(`line ${line} ${problem}`));
  const all: string[] = [];
  for (let line = lines.next(limit); line !== undefined; line = lines.next(limit)) all.push(line);
  return all;
}

test("lines come one after the other, empty ones too", () => {
  expect(linesOf(utf8("one\n\nthree é\n"))).toEqual(["one", "", "three é"]);
  expect(linesOf(new Uint8Array())).toEqual([]);
});

test("a line may be longer than what is read at once, and end where that ends", () => {
  for (const length of [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 200_000]) {
    const line = "x".repeat(length);
    expect(linesOf(utf8(`${line}\nlast\n`), 200_000)).toEqual([line, "last"]);
  }
});

test.for([
  { what: "cut off", bytes: utf8("one\ntwo"), message: "line 2 is cut off: it has no line feed" },
  { what: "longer than its limit", bytes: utf8(`${"x".repeat(1001)}\n`), message: "line 1 longer than 1000 bytes" },
  { what: "not UTF-8", bytes: concat(utf8("one\n"), Uint8Array.of(0xff, 0x0a)), message: "line 2 is not UTF-8" },
])("a line that is $what is refused", ({ bytes, message }) => {
  expect(() => linesOf(bytes)).toThrow(message);
});

test("a line without end is refused early", () => {
  const source = sourceOf(new Uint8Array(64 * 1024 * 1024).fill(0x61));
  const lines = new LineSource(source, (line, problem) => new Error(`line ${line} ${problem}`));
  expect(() => lines.next(100_000)).toThrow("longer than 100000 bytes");
  expect(source.given).toBeLessThan(300_000);
});
