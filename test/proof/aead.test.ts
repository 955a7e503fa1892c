import { expect, test } from "vitest";
import { accumulated } from "../support/xaes-accumulated.ts";

test("C2SP XAES-256-GCM, accumulated vector of 1,000,000 iterations", { timeout: 600_000 }, () => {
  expect(accumulated(1_000_000)).toBe("2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15");
});
