import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Elsewhere } from "../../../src/lib/ceremony/ceremony.ts";
import { passphraseFile, shareFileOf } from "../../../src/lib/ceremony/rehearsal-place.ts";
import type { Stage } from "../../../src/lib/ceremony/stage.ts";
import { type ElsewhereFlags, elsewhereBy } from "../../../src/lib/terminal/ceremony-host.ts";
import type { RehearsalSet } from "../../../src/lib/terminal/rehearse.ts";
import { InterruptedRun } from "../../support/interrupted.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

/** Who is asked in the room says that nobody comes. */
const NOBODY: ReturnType<Stage["gathering"]> = {
  showPlan: async () => undefined,
  presentShare: async () => undefined,
  shareAccepted: async () => undefined,
  shareRefused: async () => false,
  confirm: async () => undefined,
  newPassphrase: async () => "",
};

/** How custodians are reached this time. */
function reach({ host }: RehearsalSet, flags: Partial<ElsewhereFlags>): Elsewhere {
  const none = { "plan-out": undefined, "session-passphrase-file": undefined, approval: [] };
  const all = { "plan-lifetime": "1h", "plain-session": true, ...none, ...flags };
  return elsewhereBy(all, host.around.state, () => undefined);
}

/** At a desk that knows neither the vault nor its new host. @returns the approval */
async function approve(desk: Workspace, { rehearsal }: RehearsalSet, plan: string, name: string): Promise<string> {
  const { words } = (await desk.run("plan", "show", plan, "--json")).json() as { words: string };
  const out = desk.file(`${name}.approval`);
  const keys = ["--share", shareFileOf(rehearsal, name), "--passphrase-file"];
  const passphrase = `${name}=${passphraseFile(rehearsal, name, false)}`;
  const seen = await desk.run("plan", "approve", plan, ...keys, passphrase, "--words", words, "--yes", "--out", out);
  expect(seen.status).toBe(0);
  return out;
}

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

test("a plan that was sent and has expired is made anew, in the room", async () => {
  await using run = await InterruptedRun.setUp("restore-new-host");
  const { host, rehearsal } = run.set;
  host.elsewhere = reach(run.set, { "plan-out": `${rehearsal.folder}/restore.plan`, "plan-lifetime": "1s" });
  expect(await run.begin()).toMatchObject({ state: "waiting" });
  const { clock } = host.around;
  host.around.clock = () => new Date(clock().getTime() + 5000);
  host.elsewhere = reach(run.set, {});
  expect(await run.next()).toMatchObject({ state: "ended", end: { outcome: "proven" } });
});
