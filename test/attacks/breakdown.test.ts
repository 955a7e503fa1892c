import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PreparedPlace } from "../support/disturbance.ts";
import { MAIN_COMMANDS } from "../support/mutating-commands.ts";
import type { Seen } from "../support/seen.ts";
import { haveStrace, traced } from "../support/strace.ts";

const CONCLAVE = fileURLToPath(new URL("../../bin/conclave", import.meta.url));

/** Those that change the vault or a share. */
const CHANGING = MAIN_COMMANDS.filter(({ args }) => args[0] !== "audit");
/** Those that need random numbers. */
const MAKING_SECRETS = CHANGING.filter(({ name }) => name !== "custodian confirm");

test.for(MAIN_COMMANDS)("H10: $name with standard output closed does nothing at all", async (command) => {
  await using prepared = await PreparedPlace.of(command);
  const seen = await inShell(prepared, '"$@" >&-');
  expect(seen.stderr).toBe("error: standard output is closed\n");
  expect(seen.status).toBe(15);
  expect(await prepared.stage()).toBe("before");
});

test.for(MAIN_COMMANDS.filter(({ announces }) => announces))(
  "H10: $name onto a full disk is never called done",
  async (command) => {
    await using prepared = await PreparedPlace.of(command);
    for (const json of [[], ["--json"]]) {
      await prepared.restore();
      const seen = await inShell(prepared, '"$@" >/dev/full', ...json);
      expect(seen.stderr).toContain("error: standard output cannot be written: ENOSPC");
      expect(seen.status).toBe(15);
      await prepared.goOn(await prepared.stage());
    }
  },
);

test.for(MAIN_COMMANDS)("H8: $name into a pipe that nobody reads (SIGPIPE) is undone or done", async (command) => {
  await using prepared = await PreparedPlace.of(command);
  await undoneOrDone(prepared, await inShell(prepared, '"$@" | true; exit "${PIPESTATUS[0]}"'));
});

test.for(MAIN_COMMANDS)("H8: $name with few file descriptors is undone or done", async (command) => {
  await using prepared = await PreparedPlace.of(command);
  for (const limit of [22, 23, 24]) {
    await prepared.restore(); // below these limits, Node.js itself does not start
    const seen = await inShell(prepared, `ulimit -n ${limit}; "$@"`);
    expect(seen.stderr).not.toContain("internal error");
    await undoneOrDone(prepared, seen);
  }
});

/** `share protect` has few calls, at each of which test/durability kills it; TERM and HUP end any command as a kill does. */
const SIGNALLED = CHANGING.filter(({ name }) => name !== "share protect").flatMap((row) =>
  (row.name === "key create" ? ["TERM", "HUP", "INT"] : ["INT"]).map((signal) => ({ ...row, signal })),
);

test.skipIf(!haveStrace).for(SIGNALLED)(
  "H8: SIG$signal in the middle of $name leaves it undone or done (needs strace)",
  { timeout: 60_000 },
  async ({ signal, ...command }) => {
    await using prepared = await PreparedPlace.of(command);
    const { calls } = await traced(prepared.place, command.args);
    const syncs = calls.filter(({ name }) => name === "fsync");
    const middle = syncs[Math.floor(syncs.length / 2)];
    const moments = signal === "INT" ? [middle, syncs.at(-1)] : [middle]; // the others end it at once, wherever
    for (const call of moments) {
      if (call === undefined) throw new Error("fsync is not called often enough");
      await prepared.restore();
      const inject = [`fsync:signal=${signal}:when=${call.ordinal}`];
      await undoneOrDone(prepared, (await traced(prepared.place, command.args, { inject })).seen);
    }
  },
);

const WITHOUT_RANDOM_NUMBERS = MAKING_SECRETS.flatMap((row) => [
  ...(row.name === "init" ? [{ ...row, error: "EIO", from: 1 }] : []), // Node.js can't start, whatever it is to run
  { ...row, error: "EIO", from: 7 }, // OpenSSL can't seed its generator
  ...(row.name === "init" ? [{ ...row, error: "ENOSYS", from: 7 }] : []),
]);

test.skipIf(!haveStrace).for(WITHOUT_RANDOM_NUMBERS)(
  "H9: $name while getrandom fails ($error, from call $from on) aborts and makes nothing (needs strace)",
  async ({ error, from, ...command }) => {
    await using prepared = await PreparedPlace.of(command);
    const { seen } = await traced(prepared.place, command.args, { inject: [`getrandom:error=${error}:when=${from}+`] });
    expect(seen.stdout).toBe("");
    expect(seen.status).not.toBe(0);
    expect(await prepared.stage()).toBe("before");
    await prepared.goOn("before");
  },
);

function inShell({ command, place }: PreparedPlace, line: string, ...more: string[]): Promise<Seen> {
  return place.runWith({ program: ["bash", "-c", line, "bash", CONCLAVE] }, ...command.args, ...more);
}

async function undoneOrDone(prepared: PreparedPlace, seen: Seen): Promise<void> {
  const stage = await prepared.stage();
  if (stage === "before") expect(seen.status).not.toBe(0);
  await prepared.goOn(stage);
}
