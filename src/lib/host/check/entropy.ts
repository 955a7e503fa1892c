import type { Check, ProcessPlace } from "../check.ts";
import { readKernelFile } from "../kernel.ts";

/** Below it, in bits, a kernel of before 5.18 had to stretch what it had; later ones say 256 once they are ready. */
const ENOUGH_BITS = 128;

/** Whether the kernel's generator is seeded; Node.js itself doesn't start before getrandom(2) is ready. */
export const entropyCheck = {
  name: "entropy",
  title: "Entropy",
  run: async ({ kernel }: Pick<ProcessPlace, "kernel">) => {
    const text = readKernelFile(kernel, "sys/kernel/random/entropy_avail");
    if (text === undefined) {
      return [{ level: "ok", found: "the generator is ready; how it was seeded is unknown here" }];
    }
    const bits = Number(text);
    if (bits >= ENOUGH_BITS) return [{ level: "ok", found: `the generator is ready, ${bits} bits in the pool` }];
    const found = `${bits} bits in the pool, wanted ${ENOUGH_BITS}: the host has few sources of randomness`;
    return [{ level: "warning", found, mend: "rngd -r /dev/hwrng" }];
  },
} satisfies Check;
