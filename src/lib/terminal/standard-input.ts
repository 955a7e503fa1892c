import { readSync } from "node:fs";
import { ConclaveError, systemErrorCode } from "../errors.ts";

/**
 * Read some bytes of standard input, whatever it is; a non-blocking descriptor is waited for.
 * @param offset from which `into` is overwritten
 * @returns how many came; 0 at the end. @throws ConclaveError HOST_IO
 */
export function readStandardInput(into: Uint8Array, offset: number): number {
  for (;;) {
    try {
      return readSync(0, into, offset, into.length - offset, null);
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw inputError(cause);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** What it is that standard input can't be read. */
export function inputError(cause: unknown): ConclaveError {
  const code = systemErrorCode(cause);
  if (code === "EISDIR") return new ConclaveError("HOST_IO", "standard input is closed, or a folder", { cause });
  return new ConclaveError("HOST_IO", `standard input cannot be read: ${code ?? "failed"}`, { cause });
}
