/** Something measured against something else in the same run: single times say little on a shared machine. */
export interface Ratio {
  what: string;
  /** Milliseconds. */
  measured: number;
  against: string;
  /** Milliseconds. */
  baseline: number;
  /** What the ratio is not to exceed on a quiet machine; none if it is only told. */
  goal?: number;
}

/** Takes the time of one run, in milliseconds. */
export type Stopwatch = () => Promise<number>;

/** Measure both in turns, so that whatever else the machine does meets both; each counts by its median. */
export async function compare(
  ratio: Omit<Ratio, "measured" | "baseline">,
  rounds: number,
  measured: Stopwatch,
  baseline: Stopwatch,
): Promise<Ratio> {
  const ours: number[] = [];
  const others: number[] = [];
  for (let i = 0; i < rounds; i++) {
    others.push(await baseline());
    ours.push(await measured());
  }
  return { ...ratio, measured: median(ours), baseline: median(others) };
}

/** Time that passes: for what waits for disks or other processes. */
export async function elapsed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Processor time of the main thread: for what only computes, whatever else the machine does. */
export async function computed(run: () => unknown): Promise<number> {
  const start = process.threadCpuUsage();
  await run();
  return computedSince(start);
}

/** @param start what `process.threadCpuUsage()` said then */
export function computedSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

export function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** One line of the report. */
export function lineOf({ what, measured, against, baseline, goal }: Ratio): string {
  const ratio = measured / baseline;
  const wanted = goal === undefined ? "" : ` (goal ${goal.toFixed(1)}${ratio <= goal ? "" : ", MISSED"})`;
  const times = [measured, baseline].map((time) => `${time.toFixed(time < 100 ? 1 : 0)} ms`);
  return `${ratio.toFixed(2).padStart(6)} ×${wanted}  ${what}: ${times[0]}, against ${against}: ${times[1]}`;
}
