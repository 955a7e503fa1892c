import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import type { RecordedCall } from "./recorded-calls.ts";
import { parseCalls } from "./recorded-calls.ts";
import { type DiskState, EVERYTHING, NOTHING, SimulatedDisk, writeDisk } from "./simulated-disk.ts";
import { workspace } from "./workspace.ts";

const hex = (text: string) => `"${Buffer.from(text).toString("hex").replaceAll(/../g, "\\x$&")}"`;

test("a recording is read as strace writes it: padded, in hexadecimal digits, interrupted by other threads", () => {
  const log = [
    `7  openat(AT_FDCWD, ${hex("a")}, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 21`,
    `7  pwrite64(21, ${hex("xyz")}, 3, 512)  = 2`,
    `7  fsync(21 <unfinished ...>`,
    `8  write(9, ${hex("!")}, 1)                        = 1`,
    `7  <... fsync resumed>)             = 0`,
    `7  fsync(21)                        = -1 EIO (Input/output error)`,
    `7  rename(${hex("a")}, ${hex("/b")}) = 0`,
    `7  +++ exited with 0 +++`,
    "",
  ].join("\n");
  expect(parseCalls(log, "/place")).toEqual([
    { name: "open", path: "/place/a", create: true, truncate: false, descriptor: 21 },
    { name: "write", descriptor: 21, data: Buffer.from("xy"), offset: 512 },
    { name: "write", descriptor: 9, data: Buffer.from("!"), offset: undefined },
    { name: "sync", descriptor: 21 },
    { name: "rename", from: "/place/a", to: "/b" },
  ]);
  expect(() => parseCalls('7 write(9, "\\x21"..., 99) = 99', "/place")).toThrow("not whole data");
});

test("a power cut leaves what was synced, by name and by content, and nothing else for sure", async () => {
  await using place = await workspace({ old: "old" });
  const disk = new SimulatedDisk(place.path);
  const at = (name: string) => place.file(name);
  const seen = (state: DiskState) =>
    Object.fromEntries(["old", "new", "renamed"].map((name) => [name, text(state, name)]));
  const steps: [RecordedCall, lost: object, kept: object][] = [
    [
      { name: "open", path: at("new"), create: true, truncate: false, descriptor: 5 },
      { old: "old" },
      { old: "old", new: "" },
    ],
    [
      { name: "write", descriptor: 5, data: utf8("abc"), offset: undefined },
      { old: "old" },
      { old: "old", new: "abc" },
    ],
    [{ name: "write", descriptor: 5, data: utf8("d"), offset: undefined }, { old: "old" }, { old: "old", new: "abcd" }],
    [{ name: "sync", descriptor: 5 }, { old: "old" }, { old: "old", new: "abcd" }],
    [{ name: "rename", from: at("new"), to: at("renamed") }, { old: "old" }, { old: "old", renamed: "abcd" }],
    [
      { name: "open", path: place.path, create: false, truncate: false, descriptor: 6 },
      { old: "old" },
      { old: "old", renamed: "abcd" },
    ],
    [
      { name: "sync", descriptor: 6 },
      { old: "old", renamed: "abcd" },
      { old: "old", renamed: "abcd" },
    ],
    [
      { name: "truncate", descriptor: 5, length: 1 },
      { old: "old", renamed: "abcd" },
      { old: "old", renamed: "a" },
    ],
    [{ name: "unlink", path: at("old") }, { old: "old", renamed: "abcd" }, { renamed: "a" }],
  ];
  for (const [call, lost, kept] of steps) {
    disk.apply(call);
    expect(seen(disk.cut(NOTHING))).toEqual(lost);
    expect(seen(disk.cut(EVERYTHING))).toEqual(kept);
  }
  writeDisk(place.path, disk.cut(EVERYTHING));
  expect(readFileSync(at("renamed"), "utf8")).toBe("a");
});

test("a write is torn at 512 bytes, never within", async () => {
  await using place = await workspace({ file: "" });
  const disk = new SimulatedDisk(place.path);
  disk.apply({ name: "open", path: place.file("file"), create: false, truncate: false, descriptor: 5 });
  disk.apply({ name: "write", descriptor: 5, data: new Uint8Array(1024).fill(1), offset: 256 });
  let sectors = 0;
  const state = disk.cut({ ...EVERYTHING, sector: () => sectors++ % 2 === 0 });
  const file = state.get("file");
  expect(sectors).toBe(3);
  expect(file?.length).toBe(1280);
  expect(Array.from({ length: 5 }, (_, i) => file?.[i * 256])).toEqual([0, 1, 0, 0, 1]);
});

function text(state: DiskState, name: string): string | undefined {
  const content = state.get(name);
  return content === undefined ? undefined : Buffer.from(content).toString();
}
