import { ConclaveError } from "../errors.ts";
import type { ActOutput, ActPlace } from "../vault/unlocked.ts";

/**
 * Keep an output if `make` says so, finished; else nothing stays of it.
 * @returns the output with what `make` returned; undefined if that is undefined
 * @throws ConclaveError USAGE: nobody said where it goes; EXISTS, HOST_IO
 */
export async function outputOf<R>(
  place: ActPlace | undefined,
  make: (output: ActOutput) => Promise<R | undefined>,
): Promise<{ output: ActOutput; made: R } | undefined> {
  const begin = place?.streams?.output;
  if (begin === undefined)
    throw new ConclaveError("USAGE", "the plan makes a file, and it was not said where it goes", {
      suggestions: ["Give it: --out FILE"],
    });
  const output = begin();
  const made = await make(output);
  if (made !== undefined) {
    await output.finish();
    return { output, made };
  }
  await output[Symbol.asyncDispose](); // the next one may have the same name
  return undefined;
}

/** Keep all of an output at once. @param bytes taken over. @returns the caller's to publish, once the act is durable */
export async function wholeOutput(place: ActPlace | undefined, bytes: Uint8Array): Promise<{ output: ActOutput }> {
  const kept = await outputOf(place, async (output) => {
    await output.write([bytes]);
    return bytes.length;
  });
  if (kept === undefined) throw new TypeError("an output that was not kept");
  return kept;
}
