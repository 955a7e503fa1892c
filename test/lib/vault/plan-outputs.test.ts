import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { loadOutputRecord, outputsFolder } from "../../../src/lib/host/output-record.ts";
import { finishOutput, stagedPath } from "../../../src/lib/host/planned-output.ts";
import { PlanOutputs } from "../../../src/lib/vault/plan-outputs.ts";
import { encrypt } from "../../support/file-acts.ts";
import { create } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const PLAN = "a".repeat(32);

let made: MadeVault;
let vaultId: string;
const told: string[] = [];
const warn = (message: string) => {
  if (!message.startsWith("Node.js runs")) told.push(message); // it is vitest that starts it so
};
beforeAll(async () => {
  made = await foundVault({ surroundings: { warn } });
  await made.perform(create("payments"));
  await made.place.write("plain", "to be encrypted");
  await made.place.write("out/beside", "");
  await using vault = await made.open();
  vaultId = vault.identity.id;
});
afterEach(() => {
  told.length = 0;
  made.surroundings.clock = systemClock;
  for (const name of names()) if (name !== "beside") rmSync(made.place.file(`out/${name}`), { recursive: true });
});
afterAll(async () => made[Symbol.asyncDispose]());

const names = () => readdirSync(made.place.file("out"));
const records = () => readdirSync(outputsFolder(made.state, vaultId));

test("a file is recorded before it is begun, with its GMAC once it is finished; all of it goes with the block", async () => {
  await using vault = await made.open();
  const path = made.place.file("out/made");
  {
    await using outputs = new PlanOutputs(vault, PLAN, { file: path });
    const output = outputs.begin?.();
    expect(loadOutputRecord(made.state, vaultId, PLAN)?.outputs).toEqual([{ path, made: null }]);
    await output?.write([utf8("one "), utf8("two")]);
    await output?.finish();
    const [recorded] = loadOutputRecord(made.state, vaultId, PLAN)?.outputs ?? [];
    expect(recorded?.made?.size).toBe(7);
    expect(readFileSync(stagedPath(path, PLAN), "utf8")).toBe("one two");
    expect(recorded === undefined ? undefined : await finishOutput(recorded, PLAN)).toEqual({ kind: "finished", path });
  }
  expect(records()).toEqual([]);
});

test("one that is given up leaves the record as soon as the plan may be executed", async () => {
  await using vault = await made.open();
  const path = made.place.file("out/made");
  await using outputs = new PlanOutputs(vault, PLAN, { file: path });
  await outputs.begin?.()[Symbol.asyncDispose]();
  outputs.keep();
  expect(loadOutputRecord(made.state, vaultId, PLAN)?.outputs).toEqual([]);
  expect(names()).toEqual(["beside"]);
});

test("what may have been executed, and was not, goes too", async () => {
  await using vault = await made.open();
  {
    await using outputs = new PlanOutputs(vault, PLAN, { file: made.place.file("out/made") });
    await outputs.begin?.().finish();
    outputs.keep(); // then the transaction fails
  }
  expect([names(), records()]).toEqual([["beside"], []]);
});

test("a file twice, one that was not finished, one that was removed or replaced: not executed", async () => {
  await using vault = await made.open();
  const path = made.place.file("out/made");
  await using outputs = new PlanOutputs(vault, PLAN, { file: path });
  const output = outputs.begin?.();
  expect(await refusalOf(() => outputs.begin?.())).toMatchObject({ code: "USAGE" });
  expect(() => outputs.keep()).toThrow("an output that was not finished");
  await output?.finish();
  rmSync(stagedPath(path, PLAN));
  expect(await refusalOf(() => outputs.keep())).toMatchObject({ code: "HOST_IO" });
  writeFileSync(stagedPath(path, PLAN), "");
  expect(await refusalOf(() => outputs.keep())).toMatchObject({
    code: "HOST_IO",
    message: `${stagedPath(path, PLAN)}: was removed or replaced while it was written`,
  });
});

test("a name that is taken before the plan is executed refuses it; taken after, the output gets another", async () => {
  await using vault = await made.open();
  const path = made.place.file("out/made");
  await using outputs = new PlanOutputs(vault, PLAN, { file: path });
  const output = outputs.begin?.();
  await output?.finish();
  writeFileSync(path, "another's");
  expect(await refusalOf(() => outputs.keep())).toMatchObject({ code: "EXISTS" });
  rmSync(path);
  outputs.keep();
  writeFileSync(path, "another's");
  expect(await outputs.publish(output === undefined ? [] : [output])).toEqual([
    { path: `${path}.${PLAN}`, displaced: true },
  ]);
  expect(told).toEqual([`${path}.${PLAN}: the name that it should have was taken while the plan was executed`]);
  expect(names()).toEqual(["beside", "made", `made.${PLAN}`]);
  expect(records()).toEqual([]);
});

test("a refused act leaves nothing, an executed one its file; no record, no lock", async () => {
  const { files } = await encrypt(made, "payments", "plain", "out/made");
  expect(files).toEqual([{ path: made.place.file("out/made"), displaced: false }]);
  expect([names(), records()]).toEqual([["beside", "made"], []]);
  const meanwhile = async () => made.place.write("plain", "TO BE ENCRYPTED").then(() => undefined);
  expect(await refusalOf(encrypt(made, "payments", "plain", "out/other", { meanwhile }))).toMatchObject({
    code: "USAGE",
  });
  expect([names(), records()]).toEqual([["beside", "made"], []]);
});

test("what fails after the plan was executed loses nothing: the next act finishes it", async () => {
  const anchor = join(made.state, vaultId, "anchor.json");
  let calls = 0;
  let last = Number.POSITIVE_INFINITY;
  made.surroundings.clock = () => {
    if (++calls === last) {
      renameSync(anchor, `${anchor}.away`); // read before, and to be replaced after the commit
      mkdirSync(anchor);
    }
    return systemClock();
  };
  await encrypt(made, "payments", "plain", "out/first");
  rmSync(made.place.file("out/first"));
  [last, calls] = [calls, 0]; // in the transaction
  const { code } = (await refusalOf(encrypt(made, "payments", "plain", "out/late"))) as { code: string };
  rmSync(anchor, { recursive: true });
  renameSync(`${anchor}.away`, anchor);
  expect(["HOST_IO", "INPUT_MALFORMED"]).toContain(code);
  expect(names()).toEqual([expect.stringMatching(/^\.late\.[0-9a-f]{32}$/), "beside"]);

  made.surroundings.clock = systemClock;
  await made.createKey("next", ["alice", "bob"]);
  expect(names()).toEqual(["beside", "late"]);
  expect(told).toEqual([expect.stringContaining(`${made.place.file("out/late")} was finished: plan`)]);
  expect(records()).toEqual([]);
});

test("the same again while the first waits to be finished is refused (4) before anybody is asked", async () => {
  const path = made.place.file("out/again");
  const { plan } = await encrypt(made, "payments", "plain", "out/again");
  const bytes = readFileSync(path);
  await using vault = await made.open();
  {
    await using outputs = new PlanOutputs(vault, plan, { file: made.place.file("out/again2") });
    const output = outputs.begin?.();
    await output?.write([Uint8Array.from(bytes)]);
    await output?.finish();
    outputs.keep(); // the process ends here
  }
  expect(await refusalOf(encrypt(made, "payments", "plain", "out/again2"))).toMatchObject({ code: "EXISTS" });
  expect(Buffer.compare(readFileSync(made.place.file("out/again2")), bytes)).toBe(0);
});
