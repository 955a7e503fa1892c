import { setFlagsFromString } from "node:v8";

/**
 * Let this process's heap grow by a fifth of what is alive, where it otherwise grows to several times that before
 * garbage is collected: for work that makes much garbage over many minutes and keeps little. For the rest of the process.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=20");
  setFlagsFromString("--semi-space-growth-factor=1"); // no larger place for young objects than there is now
}
