import type { Check, ProcessPlace } from "../check.ts";
import { observeProcess } from "../process.ts";

/** Whether others can look into this process. */
export const processCheck = {
  name: "process",
  title: "Process",
  run: async ({ environment, flags }: ProcessPlace) => {
    const observations = observeProcess(environment, flags);
    if (observations.length > 0) return observations;
    return [{ level: "ok", found: "no debugger, no foreign code preloaded" }];
  },
} satisfies Check;
