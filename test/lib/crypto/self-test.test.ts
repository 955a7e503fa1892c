import { expect, test } from "vitest";
import { selfTest } from "../../../src/lib/crypto/self-test.ts";

test("the known answers hold, in less than 10 ms", () => {
  selfTest(); // the first run also compiles
  const start = performance.now();
  selfTest();
  expect(performance.now() - start).toBeLessThan(10);
});
