import { expect, test } from "vitest";
import { equalBytes } from "../../../src/lib/crypto/constant-time.ts";

test.for([
  { a: [], b: [], equal: true },
  { a: [1, 2], b: [1, 2], equal: true },
  { a: [1, 2], b: [1, 3], equal: false },
  { a: [1, 2], b: [1], equal: false },
  { a: [], b: [0], equal: false },
])("$a and $b: $equal", ({ a, b, equal }) => {
  expect(equalBytes(Uint8Array.from(a), Uint8Array.from(b))).toBe(equal);
});
