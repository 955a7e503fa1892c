import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Stage } from "../../../src/lib/ceremony/stage.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { InterruptedRun } from "../../support/interrupted.ts";

const EXCEPTION = { expected: "a backup", happened: "the medium is broken", decided: "go on", initials: "AQ" };

/** The medium breaks when the backup is about to be made; whoever may go on without a step does. */
function brokenMedium(run: InterruptedRun, offered: string[]): void {
  const { stage, rehearsal } = run.set;
  const showStep = stage.showStep.bind(stage);
  const more: Partial<Stage> = {
    async showStep(place) {
      await showStep(place);
      if (!("do" in place.step) || place.step.do !== "backup.create") return;
      await rm(`${rehearsal.folder}/backups`, { recursive: true });
      await writeFile(`${rehearsal.folder}/backups`, "");
    },
    async failed(place, _error, dispensable) {
      offered.push(`${Object.keys(place.step)[0]} ${dispensable}`);
      return dispensable ? "without" : "pause";
    },
    describeException: async () => EXCEPTION,
  };
  Object.assign(stage, more);
}

test("a step that is not what the ceremony is held for is left out by an exception, and the end says so", async () => {
  await using run = await InterruptedRun.setUp("key-generation");
  const offered: string[] = [];
  brokenMedium(run, offered);
  const result = await run.begin();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "unproven" } });
  expect(offered).toEqual(["do true", "show true", "prove true"]);
  expect(await run.entries()).toMatchObject({ "key.create": 1, "ceremony.end": 1 });
  const transcript = result?.state === "ended" ? await readFile(result.end.transcript ?? "", "utf8") : "";
  expect(transcript.match(/not done: the ceremony went on without it/g)).toHaveLength(3);
  expect(transcript).toContain("Exceptions: 3");
});

test("an act can't be left out", async () => {
  await using run = await InterruptedRun.setUp("key-generation");
  const offered: string[] = [];
  brokenMedium(run, offered);
  run.set.stage.gathering = () => {
    throw new ConclaveError("REFUSED", "nobody wants it");
  };
  expect(await run.begin()).toMatchObject({ state: "paused" });
  expect(offered).toEqual(["action false"]);
});
