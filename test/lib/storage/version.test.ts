import { expect, test } from "vitest";
import { sqliteVersions } from "../../../src/lib/storage/version.ts";

test("both versions are of what is loaded", () => {
  expect(sqliteVersions()).toEqual({
    sqlite: expect.stringMatching(/^3\.\d+\.\d+$/),
    driver: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});
