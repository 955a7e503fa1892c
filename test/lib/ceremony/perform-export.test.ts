import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunLog, unfinishedRuns } from "../../../src/lib/ceremony/run-log.ts";
import { sparePath } from "../../../src/lib/host/planned-output.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import { InterruptedRun } from "../../support/interrupted.ts";
import { takeNameAway } from "../../support/left-output.ts";

let run: InterruptedRun;
let path: string;
let plan: string;
/** Cut off the ceremony after the export, before it says so and before the file has its name. */
beforeEach(async () => {
  run = await InterruptedRun.setUp("key-export");
  await run.begin({ at: { moment: "showResult", nth: 1 }, by: "kill" });
  const { around, vault: folder } = run.set.host;
  const [unfinished] = unfinishedRuns(around.state, around.clock, folder);
  if (unfinished === undefined) throw new Error("no run");
  const { log } = RunLog.read(unfinished.path, around.clock);
  path = log.all("input").find(({ name }) => name === "out")?.value ?? "";
  plan = log.all("executed").at(-1)?.plan ?? "";
  writeFileSync(log.path, readFileSync(log.path, "utf8").replace(/.*\n$/, ""));
  await using vault = await openVault(folder, around);
  takeNameAway(around.state, { vault: vault.identity.id, plan }, path);
});
afterEach(async () => run[Symbol.asyncDispose]());

test("the next run gives the file its name, and the key leaves once", async () => {
  expect(existsSync(path)).toBe(false);
  expect(await run.next()).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  expect(readFileSync(path, "utf8")).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
  expect((await run.entries())["key.export"]).toBe(1);
});

test("its name was taken meanwhile: it is found under the other one, and the key leaves once", async () => {
  writeFileSync(path, "another's");
  expect(await run.next()).toMatchObject({ state: "ended" });
  expect(readFileSync(path, "utf8")).toBe("another's");
  expect(readFileSync(sparePath(path, plan), "utf8")).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
  expect((await run.entries())["key.export"]).toBe(1);
});
