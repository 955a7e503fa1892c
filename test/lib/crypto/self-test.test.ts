import { test } from "vitest";
import { selfTest } from "../../../src/lib/crypto/self-test.ts";

test("the known answers hold", () => {
  selfTest();
});
