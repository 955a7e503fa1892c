import { expect, test } from "vitest";
import { fromUtf8 } from "../../../src/lib/bytes.ts";
import { LABELS, type Label, labelled } from "../../../src/lib/crypto/labels.ts";

const names = Object.keys(LABELS) as Label[];

test("no two labels are the same", () => {
  expect(new Set(Object.values(LABELS)).size).toBe(names.length);
});

test.for(names)("%s is conclave/<name>/v1, without a NUL", (name) => {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(LABELS[name]).toBe(`conclave/${kebab}/v1`);
});

test("a labelled message is label, NUL, text", () => {
  expect(fromUtf8(labelled("plan", '{"é":1}'))).toBe('conclave/plan/v1\0{"é":1}');
});

test("no labelled message is another label's, whatever its text", () => {
  for (const a of names) {
    for (const b of names) {
      const start = labelled(b, "");
      expect(
        labelled(a, "")
          .subarray(0, start.length)
          .every((byte, i) => byte === start[i]),
      ).toBe(a === b);
    }
  }
});
