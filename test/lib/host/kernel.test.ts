import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readKernelFile } from "../../../src/lib/host/kernel.ts";
import { workspace } from "../../support/workspace.ts";

test("what a file says, without the line feed at its end", async () => {
  await using place = await workspace({ "proc/sys/a": "1\n" });
  expect(readKernelFile(place.file("proc"), "sys/a")).toBe("1");
});

test.for(["sys/none", "sys/folder", "sys/a/b"])("%s can't be read: unknown", async (file) => {
  await using place = await workspace({ "proc/sys/a": "1\n" });
  mkdirSync(place.file("proc/sys/folder"));
  expect(readKernelFile(place.file("proc"), file)).toBeUndefined();
});
