import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { InterruptedRun } from "../../support/interrupted.ts";
import { expectAborted, expectEnded, expectOver, type Undisturbed, undisturbed } from "../../support/interruptions.ts";
import { killEachStep } from "../../support/killed-ceremonies.ts";
import { haveStrace } from "../../support/strace.ts";

/** A sample: test/proof/ceremonies.test.ts walks every question of four scripts, and kills in each of their steps. */
describe.for(["genesis", "quorum-rekey"])("%s", (script) => {
  let run: Undisturbed;
  beforeAll(async () => {
    run = await undisturbed(script);
  }, 60_000);

  test("stopped for good while the second custodian proves the share: all shares are taken back, and the next run starts clean", async () => {
    await expectAborted(run, { moment: "provePassphrase", nth: 2 });
  });

  test("cut off before its log says that they are in force, and then stopped for good: they stand, and it says so", async () => {
    await using cut = await InterruptedRun.setUp(script);
    await cut.begin({ at: { moment: "showResult", nth: 1 }, by: "kill" });
    await cutLog(cut);
    await expectOver(cut, await cut.nextProcess({ at: 2, by: "abort" }), run);
  });
});

test("a proof in a drill that a crash kept out of its log is not asked for again", async () => {
  const run = await undisturbed("custodian-drill");
  await using cut = await InterruptedRun.setUp("custodian-drill");
  await cut.begin({ at: { moment: "sign", nth: 2 }, by: "kill" });
  await cutLog(cut);
  await expectEnded(cut, await cut.nextProcess(), run);
});

/** A crash came before what happened after the last plan, or the last begin, was told. */
async function cutLog({ set }: InterruptedRun): Promise<void> {
  const folder = join(set.host.around.state, "ceremonies");
  const [name = ""] = await readdir(folder);
  const lines = (await readFile(join(folder, name), "utf8")).split("\n");
  const until = lines.findLastIndex((line) => /"event":"(?:plan|begin)"/.test(line)) + 1;
  await writeFile(join(folder, name), `${lines.slice(0, until).join("\n")}\n`);
}

test("paused at each question, it ends as if it had never been", async () => {
  await using run = await InterruptedRun.setUp("key-destruction");
  let result = await run.begin({ at: 2, by: "pause" });
  for (let pauses = 0; pauses < 12 && result?.state === "paused"; pauses++)
    result = await run.next({ at: 4, by: "pause" });
  while (result?.state === "paused") result = await run.next();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "proven" } });
  expect(await run.entries()).toMatchObject({
    "key.destroy": 1,
    "ceremony.end": 1,
  });
});

test.skipIf(!haveStrace)(
  "kill -9 in the commit of a key; the next process goes on (needs strace)",
  { timeout: 60_000 },
  async () => {
    const run = await undisturbed("key-generation");
    const commit = (path: string) => path.endsWith("/vault.db");
    const { problems, ...tally } = await killEachStep(
      run,
      (calls) => calls.filter(({ path }) => commit(path)).slice(2, 3),
      [7],
    );
    expect(problems).toEqual([]);
    expect(tally.kills).toBe(1);
  },
);
