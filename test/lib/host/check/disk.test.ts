import { expect, test } from "vitest";
import { diskCheck, observeSpace } from "../../../../src/lib/host/check/disk.ts";
import { workspace } from "../../../support/workspace.ts";

const MB = 1_000_000;

test.for([
  { free: 0, level: "refusal", found: "/v: 0 bytes free, wanted 100 MB" },
  { free: MB - 1, level: "refusal", found: "/v: 999999 bytes free, wanted 100 MB" },
  { free: MB, level: "warning", found: "/v: 1 MB free, wanted 100 MB" },
  { free: 100 * MB - 1, level: "warning", found: "/v: 99 MB free, wanted 100 MB" },
  { free: 100 * MB, level: "ok", found: "/v: 100 MB free" },
  { free: 84_200 * MB, level: "ok", found: "/v: 84 GB free" },
])("H8: $found: $level", ({ free, level, found }) => {
  expect(observeSpace("/v", free, false)).toMatchObject({ level, found });
});

test("H8: room for bytes, but for no further file: refused", () => {
  expect(observeSpace("/a vault", 100_000 * MB, true)).toEqual({
    level: "refusal",
    found: "/a vault: no further file can be made (no inodes)",
    mend: "df -h '/a vault'",
  });
});

test("a vault that isn't there yet is measured where it would be", async () => {
  await using place = await workspace();
  const observations = await diskCheck.run({ vault: place.file("data/a/b"), state: place.file("state/conclave") });
  expect(observations.map(({ found }) => found.replace(/\d+ [GM]B free.*/, "N"))).toEqual([
    `${place.file("data/a/b")}: N`,
    `${place.file("state/conclave")}: N`,
  ]);
});

test.runIf(process.platform === "linux")("H8: what can't be written is refused (/proc takes no files)", async () => {
  await using place = await workspace();
  const [vault] = await diskCheck.run({ vault: "/proc/sys/kernel/none", state: place.path });
  expect(vault?.level).toBe("refusal");
});
