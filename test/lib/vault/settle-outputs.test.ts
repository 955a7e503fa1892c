import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import {
  type OutputRecord,
  outputsFolder,
  prepareOutputsFolder,
  saveOutputRecord,
} from "../../../src/lib/host/output-record.ts";
import { sparePath, stagedPath } from "../../../src/lib/host/planned-output.ts";
import { recordRefusal } from "../../../src/lib/quorum/refusal.ts";
import { OutputLock } from "../../../src/lib/vault/output-lock.ts";
import { settleOutputs } from "../../../src/lib/vault/settle-outputs.ts";
import { madeOf } from "../../support/left-output.ts";
import { haveProc } from "../../support/proc.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const UNKNOWN = "f".repeat(32);
const SECRET = "what the plan made";

let made: MadeVault;
let vaultId: string;
let executed: string;
let out: string;
const told: string[] = [];
const warn = (message: string) => {
  if (!message.startsWith("Node.js runs")) told.push(message); // it is vitest that starts it so
};
beforeAll(async () => {
  made = await foundVault({ surroundings: { warn } });
  executed = (await made.createKey("first", ["alice", "bob"])).plan;
  await using vault = await made.open();
  vaultId = vault.identity.id;
  out = made.place.file("out");
});
afterEach(() => {
  told.length = 0;
  rmSync(out, { recursive: true, force: true });
  rmSync(outputsFolder(made.state, vaultId), { recursive: true, force: true });
});
afterAll(async () => made[Symbol.asyncDispose]());

/** What a process leaves that is killed while it executes a plan. */
function leave(plan: string, finished = true, name = "made"): string {
  mkdirSync(out, { recursive: true });
  const path = join(out, name);
  writeFileSync(stagedPath(path, plan), SECRET, { mode: 0o600 });
  record(plan, { outputs: [{ path, made: finished ? madeOf(utf8(SECRET)) : null }] });
  return path;
}

function record(plan: string, changes: Partial<OutputRecord>): void {
  prepareOutputsFolder(made.state, vaultId);
  saveOutputRecord(made.state, { version: 1, vault: vaultId, plan, outputs: [], ...changes });
}

async function settle(): Promise<void> {
  await using vault = await made.open();
  await settleOutputs(vault);
}

const records = () => readdirSync(outputsFolder(made.state, vaultId));

test("of an executed plan: finished, and told of; once", async () => {
  const path = leave(executed);
  await settle();
  expect(readFileSync(path, "utf8")).toBe(SECRET);
  expect([readdirSync(out), records()]).toEqual([["made"], []]);
  expect(told).toEqual([
    `${path} was finished: plan ${executed} made it, the process was cut off before it had its name`,
  ]);
  await settle();
  expect(told).toHaveLength(1);
});

test.for([true, false])("of a plan that was not executed: removed, and told of (finished: %s)", async (finished) => {
  const path = leave(UNKNOWN, finished);
  await settle();
  expect([readdirSync(out), records()]).toEqual([[], []]);
  expect(told).toEqual([`unfinished ${path} was removed: the process was cut off before plan ${UNKNOWN} was executed`]);
});

test("its name was taken meanwhile: it gets another one, and nothing is overwritten", async () => {
  const path = leave(executed);
  writeFileSync(path, "another's");
  await settle();
  expect(readFileSync(path, "utf8")).toBe("another's");
  expect(readFileSync(sparePath(path, executed), "utf8")).toBe(SECRET);
  expect(told).toEqual([
    `${sparePath(path, executed)} was finished: plan ${executed} made it, the process was cut off before it had its name, and ${path} was taken`,
  ]);
  expect(records()).toEqual([]);
});

test("what is not there any more is told of, once", async () => {
  const path = leave(executed);
  rmSync(stagedPath(path, executed));
  await settle();
  await settle();
  expect(told).toEqual([expect.stringMatching(new RegExp(`^${path} is not there any more`))]);
});

test("what nobody began is forgotten, and nothing told: killed before the file was there", async () => {
  const path = leave(UNKNOWN, false);
  rmSync(stagedPath(path, UNKNOWN));
  writeFileSync(join(outputsFolder(made.state, vaultId), `.${executed}.4711`), "half a record");
  await settle();
  expect([told, records()]).toEqual([[], []]);
});

test("what can't be settled stays, and is told of each time with the way out", async () => {
  const path = leave(executed);
  writeFileSync(stagedPath(path, executed), "something else");
  await settle();
  await made.createKey("second", ["alice", "bob"]);
  const way = `To end this: rm ${outputsFolder(made.state, vaultId)}/${executed}`;
  expect(told).toHaveLength(2);
  for (const message of told) {
    expect(message).toBe(
      `${stagedPath(path, executed)} was left by plan ${executed}, and is not touched: is not what the plan made. ${way}`,
    );
  }
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(stagedPath(path, executed), "utf8")).toBe("something else");
  rmSync(join(outputsFolder(made.state, vaultId), executed));
  told.length = 0;
  await settle();
  expect([told, records()]).toEqual([[], []]);
});

test.skipIf(!haveProc)("H8: a folder that fails is told of, and keeps nobody from the vault", async () => {
  const path = "/proc/made"; // nothing can be written there, nor synced
  record(UNKNOWN, { outputs: [{ path, made: null }] });
  await made.createKey("all-the-same", ["alice", "bob"]);
  const left = `${stagedPath(path, UNKNOWN)} was left by plan ${UNKNOWN}, and is not touched`;
  const way = `To end this: rm ${outputsFolder(made.state, vaultId)}/${UNKNOWN}`;
  expect(told).toEqual([`${left}: /proc: the host could not read or write it (EINVAL). ${way}`]);
});

test("H4: what belongs to a process that lives is not touched", async () => {
  const path = leave(UNKNOWN);
  {
    using _ = OutputLock.take({ state: made.state, vault: vaultId, plan: UNKNOWN }, 0);
    await made.createKey("third", ["alice", "bob"]);
    expect([told, readdirSync(out)]).toEqual([[], [`.made.${UNKNOWN}`]]);
  }
  await settle();
  expect([readdirSync(out), told.length]).toEqual([[], 1]);
  expect(existsSync(path)).toBe(false);
});

describe("who writes the vault next settles: an approved act, and what needs no quorum", () => {
  test("an act", async () => {
    leave(executed);
    await made.createKey("fourth", ["alice", "bob"]);
    expect([readdirSync(out), told.length]).toEqual([["made"], 1]);
  });

  test("an entry of the locked vault", async () => {
    leave(UNKNOWN);
    await using vault = await made.open();
    await vault.actLocked(async () => undefined);
    expect([readdirSync(out), told.length]).toEqual([[], 1]);
  });
});

test("a record that is not ours refuses the act (14), and touches nothing; the others are settled all the same", async () => {
  const path = leave(executed);
  const precious = await made.place.write("precious", "precious");
  record(UNKNOWN, {});
  writeFileSync(
    join(outputsFolder(made.state, vaultId), UNKNOWN),
    JSON.stringify({ outputs: [{ made: null, path: precious }], plan: executed, vault: vaultId, version: 1 }),
  );
  expect(await refusalOf(made.createKey("never", ["alice", "bob"]))).toMatchObject({
    code: "INTEGRITY",
    message: expect.stringMatching(/the record of another vault or plan: nothing that it names was touched$/),
  });
  expect(readFileSync(precious, "utf8")).toBe("precious");
  expect(readFileSync(path, "utf8")).toBe(SECRET);
  rmSync(join(outputsFolder(made.state, vaultId), UNKNOWN));
  await made.createKey("fifth", ["alice", "bob"]);
});

test("T6: over an older copy of the vault nothing is thrown away", async () => {
  await using copy = await made.copy();
  copy.surroundings.warn = warn;
  const before = readFileSync(copy.database);
  const { plan } = await copy.createKey("late", ["alice", "bob"]);
  const path = copy.place.file("late");
  writeFileSync(stagedPath(path, plan), SECRET, { mode: 0o600 });
  prepareOutputsFolder(copy.state, vaultId);
  saveOutputRecord(copy.state, { version: 1, vault: vaultId, plan, outputs: [{ path, made: madeOf(utf8(SECRET)) }] });
  writeFileSync(copy.database, before);
  expect(await refusalOf(copy.createKey("never", ["alice", "bob"]))).toMatchObject({ code: "INTEGRITY" });
  expect(readFileSync(stagedPath(path, plan), "utf8")).toBe(SECRET);
});

test("what an ended process left of waiting for standard output goes too", async () => {
  await made.place.write("vault/.spool.999999999", "");
  await settle();
  expect(readdirSync(made.path)).not.toContain(".spool.999999999");
});

test("what goes wrong after a plan was executed is no refusal of it", async () => {
  await using vault = await made.open();
  const count = await vault.reader.count("entries");
  const plan = { id: executed } as Parameters<typeof recordRefusal>[1];
  await recordRefusal(vault, plan, new ConclaveError("EXISTS", "taken"));
  expect(await vault.reader.count("entries")).toBe(count);
});
