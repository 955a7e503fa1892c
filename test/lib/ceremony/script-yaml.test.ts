import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { parseScript, readScript, ScriptError, shippedScripts } from "../../../src/lib/ceremony/script-file.ts";
import { parseYaml } from "../../../src/lib/ceremony/script-yaml.ts";
import { LIMITS } from "../../../src/lib/limits.ts";

/** What refuses a text, as its line and column; undefined if nothing does. @throws whatever is no refusal */
function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    parseScript("x.yaml", bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
}

const scripts = shippedScripts().map((name) => Buffer.from(readScript(name).bytes).toString());

/** Pieces that mean something in YAML, and some that mean nothing. */
const piece = fc.constantFrom(
  ..."{ } [ ] , : - ? & * ! | > ' \" % @ ` # ~ << --- ... \n \t \r \0 \ufeff".split(" "),
  "\n  ",
  "\n    - ",
  ": ",
  "- ",
  "&a",
  "*a",
  "!!str ",
  "null",
  "${inputs.x}",
  "x".repeat(5000),
);

test("whatever stands in the place of a part of a script: it is right, or refused with its place", () => {
  const altered = fc.record({
    script: fc.constantFrom(...scripts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(40),
    put: fc.oneof(piece, fc.string({ unit: "binary", maxLength: 8 }), fc.string({ maxLength: 8 })),
  });
  fc.assert(
    fc.property(altered, ({ script, at, cut, put }) => {
      const place = Math.floor(at * script.length);
      const message = refusalOf(utf8(script.slice(0, place) + put + script.slice(place + cut)));
      if (message !== undefined) expect(message).toMatch(/^x\.yaml:[1-9][0-9]*:[1-9][0-9]*: \P{C}+$/u);
    }),
    { numRuns: 100 },
  );
});

test("bytes at random, and pieces of YAML at random, are refused with their place", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => utf8(pieces.join(""))),
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      expect(refusalOf(bytes)).toMatch(/^x\.yaml:[1-9][0-9]*:[1-9][0-9]*: \P{C}+$/u);
    }),
    { numRuns: 1000 },
  );
});

test("a file of the most bytes is read, one byte more is not", () => {
  const fill = (size: number) => utf8(`a: 1 #${"x".repeat(size - 6)}`);
  const refuse = ({ message }: { message: string }) => new Error(message);
  expect(parseYaml(fill(LIMITS.scriptBytes), refuse).value).toEqual({ a: 1 });
  expect(() => parseYaml(fill(LIMITS.scriptBytes + 1), refuse)).toThrow("262145 bytes, wanted at most 262144");
});

test.for([
  ["yes", "yes"],
  ["on", "on"],
  ["0o17", 15],
  ["017", 17],
  ["1_000", "1_000"],
  ["1:30", "1:30"],
  ["2026-11-24", "2026-11-24"],
  ["~", null],
  ["true", true],
  ["<<", "<<"],
] as const)("as in YAML 1.2: %s", ([text, value]) => {
  const refuse = ({ message }: { message: string }) => new Error(message);
  expect(parseYaml(utf8(`a: ${text}\n`), refuse).value).toEqual({ a: value });
});
