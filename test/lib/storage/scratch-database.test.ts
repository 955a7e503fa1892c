import { fstatSync, readdirSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { ScratchDatabase } from "../../../src/lib/storage/scratch-database.ts";
import { refusalOf } from "../../support/refusal.ts";
import { workspace } from "../../support/workspace.ts";

const SCHEMA = ["CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT NOT NULL)"];
/** More than fits into the cache. */
const ROWS = 12_000;

function fill(scratch: ScratchDatabase): void {
  for (let i = 0; i < ROWS; i++) scratch.run("INSERT INTO numbers VALUES (?, ?)", [i, "x".repeat(1000)]);
}

test.runIf(process.platform === "linux")(
  "it lies in TMPDIR, has no name, is nobody else's, and ends with it",
  async () => {
    await using place = await workspace();
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = place.path;
    try {
      using scratch = new ScratchDatabase(SCHEMA);
      fill(scratch);
      expect(scratch.get("SELECT count(*) AS n FROM numbers", [])).toEqual({ n: ROWS });
      const own = readdirSync("/proc/self/fd").filter((fd) => linkOf(fd)?.startsWith(`${place.path}/`) === true);
      expect(own).toHaveLength(1);
      const { mode, nlink } = fstatSync(Number(own[0]));
      expect([mode & 0o777, nlink]).toEqual([0o600, 0]);
      expect(readdirSync(place.path).sort()).toEqual(["data", "home", "state"]);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
    expect(readdirSync("/proc/self/fd").filter((fd) => linkOf(fd)?.startsWith(`${place.path}/`) === true)).toEqual([]);
  },
);

function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // the one by which they are read
  }
}

test("a disk that is full is told as such, and where it lies", async () => {
  using scratch = new ScratchDatabase(SCHEMA);
  scratch.get("PRAGMA max_page_count = 100", []);
  expect(await refusalOf(() => fill(scratch))).toMatchObject({
    code: "HOST_IO",
    message: "scratch file: the host could not read or write it (database or disk is full)",
  });
});
