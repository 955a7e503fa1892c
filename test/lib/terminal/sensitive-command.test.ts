import { expect, test } from "vitest";
import { workspace } from "../../support/workspace.ts";
import { PROBE } from "./probe.ts";

test.for([
  { flags: ["--displaced"], status: 4 },
  { flags: [], status: 0 },
])("a plan that made a file $flags ends with $status", async ({ flags, status }) => {
  await using place = await workspace();
  const seen = await place.runWith({ program: PROBE }, "probe", "complete", "--json", ...flags);
  expect(seen.json()).toMatchObject({ files: [{ path: "made", displaced: flags.length > 0 }] });
  expect(seen.status).toBe(status);
});
