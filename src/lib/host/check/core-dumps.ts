import type { Check, Observation, ProcessPlace } from "../check.ts";
import { readKernelFile } from "../kernel.ts";

/** Keeps nothing of a process whose limit is 0 (systemd-coredump(8)). */
const OBEYS_LIMIT = /^\|\S*\/systemd-coredump(?:\s|$)/;

/** Whether a crash would write this process's memory to a disk (core(5)). */
export const coreDumpsCheck = {
  name: "core-dumps",
  title: "Core dumps",
  run: async ({ kernel }: Pick<ProcessPlace, "kernel">) => [...observeCoreLimit(kernel), ...observePattern(kernel)],
} satisfies Check;

/** What this process's limit says; it is 0 where `bin/conclave` started it. */
export function observeCoreLimit(kernel: string): Observation[] {
  const limits = readKernelFile(kernel, "self/limits");
  const [, soft, hard] = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(limits ?? "") ?? [];
  if (soft === undefined)
    return [{ level: "ok", found: "unknown here: this system doesn't tell the limit; bin/conclave sets it to 0" }];
  if (soft !== "0") {
    const found = `the limit of core dumps is ${soft}, wanted 0: a crash writes secrets to the disk`;
    return [{ level: "warning", found, mend: "ulimit -c 0" }];
  }
  return [{ level: "ok", found: hard === "0" ? "the limit is 0" : `the limit is 0, and could be raised to ${hard}` }];
}

/** To a program that the kernel pipes a dump to, the limit is only told. */
function observePattern(kernel: string): Observation[] {
  const pattern = readKernelFile(kernel, "sys/kernel/core_pattern") ?? "";
  if (!pattern.startsWith("|") || OBEYS_LIMIT.test(pattern)) return [];
  const found = `a crash hands this process's memory to a program, whatever the limit is: ${pattern.slice(1)}`;
  return [{ level: "warning", found, mend: "sysctl -w kernel.core_pattern=core" }];
}
