import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { lockFile } from "../../../src/lib/storage/sqlite-lock.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

test("one holds it, whoever else wants it is told; nothing is written", async () => {
  await using place = await workspace({ "locks/lock": "" });
  const path = place.file("locks/lock");
  {
    using _ = lockFile(path, { lockTimeoutMs: 0 });
    expect(await refusalOf(() => lockFile(path, { lockTimeoutMs: 0 }))).toMatchObject({ code: "BUSY" });
    expect(readdirSync(place.file("locks"))).toEqual(["lock"]);
  }
  using _ = lockFile(path, { lockTimeoutMs: 0 });
  expect(await refusalOf(() => lockFile(place.file("none"), { lockTimeoutMs: 0 }))).toMatchObject({ code: "HOST_IO" });
  expect(existsSync(place.file("none"))).toBe(false);
});
