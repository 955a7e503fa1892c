import fc from "fast-check";
import { expect, test } from "vitest";
import { fromUtf8, hex, utf8 } from "../../../src/lib/bytes.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { hexLine, readHexSecret } from "../../../src/lib/share/hex-secret.ts";

const DIGITS = "00".repeat(31);

test("what is written is read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      using line = hexLine("seed", new Secret(bytes.slice()));
      expect(fromUtf8(line.reveal())).toBe(`seed ${hex(bytes)}\n`);
      expect(readHexSecret("seed", line.reveal().subarray(0, -1))?.reveal()).toEqual(bytes);
    }),
  );
});

test.for([
  { what: "nothing", line: "" },
  { what: "the keyword alone", line: "seed " },
  { what: "another keyword", line: `need ${DIGITS}00` },
  { what: "no space", line: `seed${DIGITS}00` },
  { what: "63 digits", line: `seed ${DIGITS}0` },
  { what: "65 digits", line: `seed ${DIGITS}000` },
  { what: "an upper-case digit", line: `seed ${DIGITS}0A` },
  { what: "another character", line: `seed ${DIGITS}0g` },
  { what: "a line feed", line: `seed ${DIGITS}00\n` },
])("$what is refused", ({ line }) => {
  expect(readHexSecret("seed", utf8(line))).toBeUndefined();
});

test.for([31, 33])("a secret of %i bytes is a bug of the caller", (length) => {
  expect(() => hexLine("seed", new Secret(new Uint8Array(length)))).toThrow(new RangeError("seed has 32 bytes"));
});
