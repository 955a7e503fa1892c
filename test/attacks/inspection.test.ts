import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Canary, canariesOf, leaksIn } from "../support/canaries.ts";
import { createArgs } from "../support/crowd.ts";
import { haveProc, memoryOf, processesOf } from "../support/proc.ts";
import type { Terminal } from "../support/terminal.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

const RUN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

let made: MadeVault;
let canaries: Canary[];
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["bob", "carol"]);
  await made.place.write("spy.cjs", `require("fs").writeFileSync(${JSON.stringify(made.place.file("spied"))}, "")`);
  canaries = await canariesOf(made);
});
afterAll(async () => made[Symbol.asyncDispose]());

test.for([
  ["--inspect=0"],
  ["--inspect-port=0"],
  ["--require=./spy.cjs"],
  ["--import=./spy.cjs"],
  ["--report-on-signal"],
  ["--heapsnapshot-signal=SIGUSR2"],
  ["--heap-prof"],
  ["--cpu-prof"],
  ["--env-file-if-exists=env"],
  ["--trace-event-categories=v8"],
  ["--heap_prof"],
  ["-r", "./spy.cjs"],
])("H6: commands that handle shares refuse a Node.js started with %s", async ([flag = "", ...value]) => {
  const program = [process.execPath, flag, ...value, RUN] as const;
  const all = [createArgs(made, "x"), verifyArgs()].map((args) => made.place.runWith({ program }, ...args));
  for (const seen of await Promise.all(all)) {
    expect(seen.stderr).toContain(`error: Node.js runs with ${flag.split("=")[0]}: the process can be looked into`);
    expect(seen.status).toBe(15);
  }
});

test.for(["NODE_OPTIONS", "NODE_V8_COVERAGE", "SSLKEYLOGFILE", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE"])(
  "H6: %s in the environment is refused without the launcher, which drops it",
  async (name) => {
    const env = { [name]: name === "NODE_OPTIONS" ? "--require=./spy.cjs" : made.place.file("spied") };
    const direct = await made.place.runWith({ env, program: [process.execPath, RUN] }, ...createArgs(made, "x"));
    expect(direct.stderr).toContain(`error: the environment variable ${name} is set: the process can be looked into`);
    expect(direct.status).toBe(15);

    await made.place.runWith({ program: ["rm", "-rf"] }, "spied");
    const launched = await made.place.runWith({ env }, ...verifyArgs());
    expect(launched.status).toBe(0);
    expect(existsSync(made.place.file("spied"))).toBe(false);
  },
);

test.skipIf(!haveProc)(
  "H6: a process that waits for people cannot dump, opens no inspector, and holds no more than it was given (needs /proc)",
  async () => {
    await using term = made.place.terminal(
      ..."key create x --algorithm aes-256 --vault vault --share shares/alice.share".split(" "),
      ...made.passphraseFlags("alice"),
    );
    await term.waitFor("waiting for one of bob, carol");
    const pid = await onlyProcess();
    expect(readFileSync(`/proc/${pid}/limits`, "utf8")).toMatch(/^Max core file size\s+0\s+0\s/m);

    process.kill(pid, "SIGUSR1");
    await sleep(300);
    expect(term.screen()).not.toMatch(/debugger|inspector/i);
    expect(listening(pid)).toEqual([]);

    const found = new Set<string>();
    for (const region of memoryOf(pid)) for (const leak of leaksIn(region, canaries)) found.add(leak);
    expect(found).toContain("alice's share (as it is)"); // it is verified, and needed later: the search works
    expect([...found].filter((leak) => !leak.startsWith("alice's "))).toEqual([]);
    await stop(term);
  },
);

function verifyArgs(): string[] {
  return ["share", "verify", made.share("alice"), ...made.passphraseFlags("alice"), "--vault", "vault"];
}

async function onlyProcess(): Promise<number> {
  const pids = processesOf(made.place.path);
  const [pid] = pids;
  if (pid === undefined || pids.length > 1) throw new Error(`${pids.length} processes`);
  return pid;
}

/** Sockets on which a process listens, as the kernel lists them. */
function listening(pid: number): string[] {
  return ["tcp", "tcp6"]
    .flatMap((kind) => readFileSync(`/proc/${pid}/net/${kind}`, "utf8").split("\n"))
    .filter((line) => /^\s*\d+: \S+:(?:240D|240E) \S+ 0A /.test(line)); // ports 9229 and 9230
}

async function stop(term: Terminal): Promise<void> {
  term.ctrl("c");
  expect(await term.exit).toBe(16);
}
