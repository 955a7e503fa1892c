import { expect, test } from "vitest";
import { syncedAgain } from "./faults.ts";
import { type Call, modifyingCalls } from "./strace.ts";

const OPEN = '7 openat(AT_FDCWD</v>, "/v/db", O_RDWR|O_CREAT, 0600) = 3</v/db>';
const WRITE = '7 pwrite64(3</v/db>, "x"..., 4096, 0) = 4096';
const SYNC = "7 fsync(3</v/db>) = 0";
const FAILED = "7 fsync(3</v/db>) = -1 EIO (Input/output error) (INJECTED)";
const INTERRUPTED = ["7 fsync(3</v/db> <unfinished ...>", "8 getrandom() = 0", "7 <... fsync resumed>)   = 0"];
const SYNC_FOLDER = "7 fsync(4</v/d>) = 0";
const FAILED_FOLDER = "7 fsync(4</v/d>) = -1 EIO (Input/output error) (INJECTED)";
const REMOVE = '7 unlink("/v/d/journal") = 0';

test.for([
  { lines: [OPEN, WRITE, FAILED, SYNC], again: true },
  { lines: [OPEN, WRITE, FAILED, WRITE, SYNC], again: false },
  { lines: [OPEN, WRITE, SYNC, SYNC], again: false },
  { lines: [OPEN, WRITE, ...INTERRUPTED, SYNC], again: false },
  { lines: [FAILED_FOLDER, WRITE, SYNC_FOLDER], again: true },
  { lines: [FAILED_FOLDER, REMOVE, SYNC_FOLDER], again: false },
])("a failed fsync that is tried again is found: $again in $lines", ({ lines, again }) => {
  const calls: Call[] = modifyingCalls(lines.join("\n"), "/v");
  expect(syncedAgain(calls)).toBe(again ? lines.at(-1) : undefined);
});
