import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { workspace } from "../support/workspace.ts";

test("help", async () => {
  await using place = await workspace();
  await expect(await place.run("rehearsal", "--help")).toMatchFileSnapshot("golden/rehearsal-help.txt");
});

test("unattended, it leads through a first ceremony", async () => {
  await using place = await workspace();
  const seen = await place.runWith({ env: { TMPDIR: place.path } }, "rehearsal", "--unattended");
  await expect(seen).toMatchFileSnapshot("golden/rehearsal-unattended.txt");
  expect(seen.status).toBe(0);
});

test("on a terminal, people play it; Ctrl-C ends it as an abort", async () => {
  await using place = await workspace();
  await using terminal = place.terminalWith({ env: { TMPDIR: place.path } }, "rehearsal");
  await terminal.waitFor("Press Enter to run it:");
  terminal.enter();
  for (const name of ["alice", "bob"]) {
    for (const question of ["new passphrase", "once more"]) {
      await terminal.waitFor(`${name}: ${question}`);
      terminal.type("short");
      terminal.enter();
    }
  }
  await terminal.waitFor("carol: new passphrase");
  terminal.ctrl("c");
  await terminal.waitFor("error: aborted");
  expect(await terminal.exit).toBe(16);
  const [folder = ""] = (await readdir(place.path)).filter((name) => name.startsWith("conclave-rehearsal-"));
  expect(await readdir(place.file(folder))).toEqual([]);
});
