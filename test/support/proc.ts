import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether this machine shows its processes as files (Linux). */
export const haveProc = readdirSync("/").includes("proc") && readdirSync("/proc").includes("self");

/** Regions larger than this are reserved, not used. */
const LARGEST_REGION = 2 ** 30;
const BLOCK = 64 * 1024;
const ZEROS = new Uint8Array(BLOCK);

/** Pids of the processes whose environment holds `text`, the path of a workspace for instance. */
export function processesOf(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => read(`/proc/${pid}/environ`)?.includes(text));
}

/** What the command lines and environments of processes of a workspace hold, looked at again and again until `end`. */
export async function watch(folder: string, end: Promise<unknown>): Promise<{ looks: number; seen: Buffer }> {
  const seen: Buffer[] = [];
  const state = { running: true };
  const stop = () => {
    state.running = false;
  };
  void end.then(stop, stop);
  while (state.running) {
    for (const pid of processesOf(folder)) {
      for (const file of ["cmdline", "environ"]) seen.push(read(`/proc/${pid}/${file}`) ?? Buffer.alloc(0));
    }
    await sleep(10);
  }
  return { looks: seen.length, seen: Buffer.concat(seen) };
}

/** The memory that a process has written, in pieces: what is zero, 64 KiB at a time, is left out. */
export function* memoryOf(pid: number): Generator<Uint8Array> {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (start === undefined || end === undefined) continue;
      const from = BigInt(`0x${start}`);
      const length = Number(BigInt(`0x${end}`) - from);
      if (length > LARGEST_REGION) continue;
      const region = Buffer.allocUnsafeSlow(length);
      yield* written(region.subarray(0, readRegion(memory, region, from)));
    }
  } finally {
    closeSync(memory);
  }
}

function* written(region: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < region.length; at += BLOCK) {
    const block = region.subarray(at, at + BLOCK);
    if (Buffer.compare(block, ZEROS.subarray(0, block.length)) !== 0) continue;
    if (at > start) yield region.subarray(start, at);
    start = at + block.length;
  }
  if (start < region.length) yield region.subarray(start);
}

function readRegion(memory: number, region: Uint8Array, from: bigint): number {
  try {
    return readSync(memory, region, 0, region.length, from);
  } catch {
    return 0; // a guard page, or gone meanwhile
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // it ended
  }
}
