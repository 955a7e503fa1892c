import { readFileSync, renameSync } from "node:fs";
import { fromHex, hex } from "../../src/lib/bytes.ts";
import { Gmac } from "../../src/lib/crypto/gmac.ts";
import { prepareOutputsFolder, type RecordedOutput, saveOutputRecord } from "../../src/lib/host/output-record.ts";
import { stagedPath } from "../../src/lib/host/planned-output.ts";

/** By which a record knows an output of these bytes. */
export function madeOf(bytes: Uint8Array): NonNullable<RecordedOutput["made"]> {
  const key = "5c".repeat(32);
  const gmac = new Gmac(fromHex(key));
  gmac.update(bytes);
  return { size: bytes.length, key, gmac: hex(gmac.tag()) };
}

/** Put a file that a plan made back to what it was before it had its name, as if the process had been killed there. */
export function takeNameAway(state: string, { vault, plan }: { vault: string; plan: string }, path: string): void {
  const made = madeOf(Uint8Array.from(readFileSync(path)));
  renameSync(path, stagedPath(path, plan));
  prepareOutputsFolder(state, vault);
  saveOutputRecord(state, { version: 1, vault, plan, outputs: [{ path, made }] });
}
