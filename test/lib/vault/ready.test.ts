import { afterEach, expect, test, vi } from "vitest";
import { assertReady } from "../../../src/lib/vault/ready.ts";

const flags = [...process.execArgv];

afterEach(() => {
  vi.unstubAllEnvs();
  process.execArgv.splice(0, process.execArgv.length, ...flags);
});

test("a quiet process whose algorithms give their known answers is ready, in no time", async () => {
  process.execArgv.length = 0;
  await assertReady();
  const started = performance.now();
  await assertReady();
  expect(performance.now() - started).toBeLessThan(200);
});

test("H6: a process that can be looked into is not", async () => {
  process.execArgv.splice(0, process.execArgv.length, "--inspect");
  await expect(assertReady()).rejects.toMatchObject({ code: "HOST_PREFLIGHT" });
  process.execArgv.length = 0;
  vi.stubEnv("NODE_OPTIONS", "--require ./x.js");
  await expect(assertReady()).rejects.toMatchObject({ code: "HOST_PREFLIGHT" });
});
