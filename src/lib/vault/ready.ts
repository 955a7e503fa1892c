import { selfTest } from "../crypto/self-test.ts";
import { assertQuietProcess } from "../host/process.ts";
import { shamirSelfTest } from "../share/shamir.ts";

/**
 * What must hold before a process handles shares: nobody looks into it, and the algorithms give
 * their known answers.
 * @throws ConclaveError HOST_PREFLIGHT
 */
export async function assertReady(): Promise<void> {
  assertQuietProcess();
  selfTest();
  await shamirSelfTest();
}
