import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../errors.ts";

/**
 * What the kernel tells in one of its files, without the line feed at the end.
 *
 * @param kernel `/proc`
 * @returns undefined where it doesn't tell: another system, a kernel without that part, a sandbox
 */
export function readKernelFile(kernel: string, file: string): string | undefined {
  try {
    return readFileSync(join(kernel, file), "utf8").trimEnd();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}
