import type { Check, ProcessPlace } from "../check.ts";
import { readKernelFile } from "../kernel.ts";

/** Whether secrets in memory may come to lie on a disk. */
export const swapCheck = {
  name: "swap",
  title: "Swap",
  run: async ({ kernel }: Pick<ProcessPlace, "kernel">) => {
    const text = readKernelFile(kernel, "swaps");
    if (text === undefined) return [{ level: "warning", found: "unknown here: this system doesn't tell its swap" }];

    const areas = text
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s+/)[0] ?? "");
    if (areas.length === 0) return [{ level: "ok", found: "none in use" }];
    const found = `${areas.join(", ")} in use: secrets may come to lie there; whether it is encrypted can't be told from here`;
    return [{ level: "warning", found, mend: "swapoff -a" }];
  },
} satisfies Check;
