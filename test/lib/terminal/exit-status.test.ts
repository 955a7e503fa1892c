import { expect, test } from "vitest";
import { EXIT_STATUS, EXIT_STATUSES, INTERNAL_STATUS } from "../../../src/lib/terminal/exit-status.ts";

test.for(Object.entries(EXIT_STATUS))("%s ends with %i, which is described and is not success", ([, status]) => {
  expect(status).toBeGreaterThan(INTERNAL_STATUS);
  expect(EXIT_STATUSES.get(status)).toBeDefined();
});

test("every status that is described can occur", () => {
  expect(new Set(EXIT_STATUSES.keys())).toEqual(new Set([0, INTERNAL_STATUS, ...Object.values(EXIT_STATUS)]));
});
