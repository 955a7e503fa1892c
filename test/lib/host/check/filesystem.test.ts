import { statfsSync } from "node:fs";
import { expect, test } from "vitest";
import { filesystemCheck, observeFilesystem } from "../../../../src/lib/host/check/filesystem.ts";

const TMPFS = 0x01021994;

test.for([
  { type: TMPFS, found: "/v is on tmpfs: it is gone when the host stops", level: "warning" },
  { type: 0x6969, found: "/v is on NFS: others serve it, and locks may not hold", level: "warning" },
  { type: 0xfe534d42, found: "/v is on SMB2: others serve it, and locks may not hold", level: "warning" },
  { type: 0xfe534d42 - 2 ** 32, found: "/v is on SMB2: others serve it, and locks may not hold", level: "warning" },
  { type: 0x4d44, found: "/v is on FAT: it knows neither modes nor owners", level: "warning" },
  { type: 0xef53, found: "/v is on ext4", level: "ok" },
  { type: 0x9123683e, found: "/v is on Btrfs", level: "ok" },
  { type: 0xabc, found: "/v is on a filesystem of type 0xabc", level: "ok" },
])("H1: $found ($type): $level", ({ type, found, level }) => {
  expect(observeFilesystem("/v", type, "linux")).toMatchObject({ level, found });
});

test("elsewhere than on Linux the number says nothing", () => {
  const observation = observeFilesystem("/v", TMPFS, "darwin");
  expect(observation).toEqual({ level: "ok", found: "/v: which filesystem it is on is unknown here" });
});

const shm = (() => {
  try {
    return statfsSync("/dev/shm").type === TMPFS;
  } catch {
    return false;
  }
})();

test.runIf(shm)("H1: a vault to be made on a real tmpfs: a warning", async () => {
  const [vault] = await filesystemCheck.run({ vault: "/dev/shm/none/vault", state: "/" });
  expect(vault).toMatchObject({
    level: "warning",
    found: expect.stringMatching(/^\/dev\/shm\/none\/vault is on tmpfs/),
  });
});
