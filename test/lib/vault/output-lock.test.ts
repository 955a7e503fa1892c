import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outputLockPath, outputsFolder } from "../../../src/lib/host/output-record.ts";
import { OutputLock } from "../../../src/lib/vault/output-lock.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const VAULT = "11111111-1111-4111-8111-111111111111";

let place: Workspace;
let of: { state: string; vault: string; plan: string };
beforeAll(async () => {
  place = await workspace();
  of = { state: place.file("state/conclave"), vault: VAULT, plan: "a".repeat(32) };
});
afterAll(async () => place[Symbol.asyncDispose]());

test("one holds the lock of a plan; whoever else executes it is refused (18), whoever settles goes by", async () => {
  {
    using _ = OutputLock.take(of, 0);
    expect(await refusalOf(() => OutputLock.take(of, 0))).toEqual({
      code: "BUSY",
      message: `plan ${of.plan} is being executed by another process`,
    });
    expect(OutputLock.tryTake(of)).toBeUndefined();
    using other = OutputLock.tryTake({ ...of, plan: "b".repeat(32) });
    expect(other).toBeDefined();
  }
  using lock = OutputLock.take(of, 0);
  lock.remove();
  expect(readdirSync(outputsFolder(of.state, VAULT))).toEqual([`${"b".repeat(32)}.lock`]);
});

test("H4: whatever kills the process that holds it frees it", async () => {
  const program = `
    import { OutputLock } from ${JSON.stringify(new URL("../../../src/lib/vault/output-lock.ts", import.meta.url).href)};
    OutputLock.take(${JSON.stringify(of)}, 0);
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  expect(OutputLock.tryTake(of)).toBeUndefined();
  child.kill("SIGKILL");
  await once(child, "close");
  using lock = OutputLock.tryTake(of);
  expect(lock).toBeDefined();
  expect(existsSync(outputLockPath(of.state, VAULT, of.plan))).toBe(true);
});
