import type { Check, Observation, ProcessPlace } from "../check.ts";
import { readKernelFile } from "../kernel.ts";

/** Whether programs of the same user can read this process's memory (Yama, kernel documentation). */
export const ptraceCheck = {
  name: "ptrace",
  title: "Ptrace scope",
  run: async ({ kernel }: Pick<ProcessPlace, "kernel">): Promise<Observation[]> => {
    const scope = readKernelFile(kernel, "sys/kernel/yama/ptrace_scope");
    if (scope === undefined) {
      return [
        {
          level: "warning",
          found: "unknown here: without Yama, any program of this user can read our memory",
          mend: "Start the kernel with yama in its list of lsm=",
        },
      ];
    }
    if (scope === "0") {
      const found = "0, wanted 1 or more: any program of this user can read our memory";
      return [{ level: "warning", found, mend: "sysctl -w kernel.yama.ptrace_scope=1" }];
    }
    return [{ level: "ok", found: `${scope}: other programs of this user can't read our memory` }];
  },
} satisfies Check;
