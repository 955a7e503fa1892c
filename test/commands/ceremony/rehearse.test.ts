import { describe, expect, test } from "vitest";
import { shippedScripts } from "../../../src/lib/ceremony/script-file.ts";
import { rehearsedInRoom, rehearsedUnattended } from "../../support/rehearsals.ts";
import { workspace } from "../../support/workspace.ts";

test("help", async () => {
  await using place = await workspace();
  await expect(await place.run("ceremony", "rehearse", "--help")).toMatchFileSnapshot("golden/rehearse-help.txt");
});

describe("every shipped script is rehearsed to its end, unattended", () => {
  test.for(shippedScripts())("%s", async (name) => {
    await expect(await rehearsedUnattended(name)).toMatchFileSnapshot(`golden/${name}.transcript`);
  });
});

test.for(["genesis", "key-import-components"])(
  "%s on a terminal, with people, has the same transcript",
  { timeout: 60_000 },
  async (name) => {
    await expect(await rehearsedInRoom(name)).toMatchFileSnapshot(`golden/${name}.transcript`);
  },
);
