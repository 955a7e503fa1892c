import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Stage } from "../../../src/lib/ceremony/stage.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { approve, reach } from "../../support/elsewhere.ts";
import { InterruptedRun } from "../../support/interrupted.ts";
import { workspace } from "../../support/workspace.ts";

/** Who is asked in the room says that nobody comes. */
const NOBODY: ReturnType<Stage["gathering"]> = {
  showPlan: async () => undefined,
  presentShare: async () => undefined,
  shareAccepted: async () => undefined,
  shareRefused: async () => false,
  confirm: async () => undefined,
  newPassphrase: async () => "",
};

test("the plan of a ceremony's restore travels: custodians elsewhere approve it, and the run goes on", async () => {
  await using run = await InterruptedRun.setUp("restore-new-host");
  await using desk = await workspace();
  const { host, stage, rehearsal } = run.set;
  const gathering = stage.gathering.bind(stage);
  stage.gathering = (asked) => (asked.mayWait ? NOBODY : gathering(asked));

  const plan = desk.file("restore.plan");
  host.elsewhere = reach(run.set, { "plan-out": plan });
  const waiting = await run.begin();
  expect(waiting).toMatchObject({ state: "waiting" });
  expect(existsSync(rehearsal.vault)).toBe(false);

  const alice = await approve(desk, run.set, plan, "alice");
  host.elsewhere = reach(run.set, { approval: [alice] });
  expect(await run.next()).toEqual(waiting);

  host.elsewhere = reach(run.set, { approval: [alice, await approve(desk, run.set, plan, "bob")] });
  const result = await run.next();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  expect(await run.entries()).toMatchObject({ "vault.restore": 1, "ceremony.end": 1 });
  const transcript = result?.state === "ended" ? await readFile(result.end.transcript ?? "", "utf8") : "";
  expect(transcript).toMatch(/Approved by: alice {2}Quorum: root {2}At: desk/);
  const [vault = ""] = (await readdir(host.around.state)).filter((name) => name.includes("-"));
  expect(await readdir(`${host.around.state}/${vault}/restores`)).toEqual([]);
});

test("a restore drill whose proof was left out ends UNPROVEN, though nothing was changed", async () => {
  await using run = await InterruptedRun.setUp("restore-drill");
  Object.assign(run.set.stage, {
    gathering: () => {
      throw new ConclaveError("REFUSED", "nobody has the right share");
    },
    failed: async () => "without",
    describeException: async () => ({ expected: "a", happened: "b", decided: "c", initials: "AQ" }),
  } satisfies Partial<Stage>);
  expect(await run.begin()).toMatchObject({ state: "ended", end: { outcome: "unproven" } });
});
