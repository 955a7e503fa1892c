import { chmodSync, chownSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeCheck } from "../../../../src/lib/host/check/node.ts";
import { workspace } from "../../../support/workspace.ts";

const OTHER_USER = 54_321;

test.for([
  { version: "v24.14.1", level: "refusal" },
  { version: "v20.20.2", level: "refusal" },
  { version: "v24.15.0", level: "ok" },
  { version: "v26.10.0", level: "ok" },
])("Node.js $version: $level", async ({ version, level }) => {
  await using place = await workspace({ node: "" });
  const node = { version, path: place.file("node"), sha256: "ab".repeat(32), flags: ["--disable-sigusr1"] };
  const [first, ...others] = await nodeCheck.run({ node });
  expect(first).toMatchObject({ level, found: expect.stringMatching(version) });
  expect(others).toEqual([
    { level: "ok", found: `${node.path} with --disable-sigusr1` },
    { level: "ok", found: `its SHA-256 is ${node.sha256}` },
  ]);
});

test("H6: a binary that others can write: a warning, with what mends it", async () => {
  await using place = await workspace({ "a node": "" });
  const path = place.file("a node");
  chmodSync(path, 0o775);
  const observations = await nodeCheck.run({ node: { version: "v26.10.0", path, sha256: "", flags: [] } });
  expect(observations.at(-1)).toEqual({
    level: "warning",
    found: `${path} has mode 0775: others may replace it`,
    mend: `chmod go-w '${path}'`,
  });
});

test.runIf(process.getuid?.() === 0)("H6: a binary of another user: a warning", async () => {
  await using place = await workspace({ node: "" });
  const path = place.file("node");
  chownSync(path, OTHER_USER, OTHER_USER);
  const observations = await nodeCheck.run({ node: { version: "v26.10.0", path, sha256: "", flags: [] } });
  expect(observations.at(-1)).toMatchObject({ level: "warning", mend: `chown root ${path}` });
});
