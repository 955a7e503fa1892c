import { expect, test } from "vitest";
import { assertReady } from "../../../src/lib/vault/ready.ts";
import { workspace } from "../../support/workspace.ts";

const quiet = { kernel: "/none", environment: {}, flags: ["--disable-sigusr1"] };

test("a quiet process is ready, and nobody is warned", async () => {
  const warnings: string[] = [];
  await assertReady((message) => warnings.push(message), quiet);
  expect(warnings).toEqual([]);
});

test.for([
  { what: "NODE_OPTIONS", place: { environment: { NODE_OPTIONS: "--require=x" } }, mend: "unset NODE_OPTIONS" },
  { what: "OPENSSL_CONF", place: { environment: { OPENSSL_CONF: "/tmp/x" } }, mend: "unset OPENSSL_CONF" },
  { what: "a debugger", place: { flags: ["--inspect"] }, mend: "Start it through bin/conclave" },
])("H6: $what: refused before any secret, with what mends it", async ({ place, mend }) => {
  await expect(assertReady(undefined, { ...quiet, ...place })).rejects.toMatchObject({
    code: "HOST_PREFLIGHT",
    message: expect.stringMatching(/: the process can be looked into$/),
    suggestions: [mend],
  });
});

test("H6: core dumps, a preloaded library and the debugger's signal: warned of, not refused", async () => {
  await using place = await workspace({
    "proc/self/limits": "Max core file size        unlimited            unlimited            bytes\n",
  });
  const warnings: string[] = [];
  const environment = { LD_PRELOAD: "x.so" };
  await assertReady((message) => warnings.push(message), { kernel: place.file("proc"), environment, flags: [] });
  expect(warnings).toEqual([
    "the environment variable LD_PRELOAD is set: foreign code may run in this process (unset LD_PRELOAD)",
    "Node.js runs without --disable-sigusr1: a signal opens its debugger (Start it through bin/conclave)",
    "the limit of core dumps is unlimited, wanted 0: a crash writes secrets to the disk (ulimit -c 0)",
  ]);
});

test("H3: what is created afterwards is private", async () => {
  const before = process.umask(0o000);
  try {
    await assertReady(undefined, quiet);
    expect(process.umask()).toBe(0o077);
  } finally {
    process.umask(before);
  }
});
