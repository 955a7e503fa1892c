import { ConclaveError } from "../errors.ts";
import type { ActOutput, ActPlace } from "../vault/unlocked.ts";

/**
 * Keep an output if `make` says so, finished; else nothing stays of it.
 * @returns the output, the caller's to dispose of, with what `make` returned; undefined if it returned undefined
 */
export async function outputOf<R>(
  place: ActPlace | undefined,
  make: (output: ActOutput) => Promise<R | undefined>,
): Promise<{ output: ActOutput; made: R } | undefined> {
  await using stack = new AsyncDisposableStack();
  const output = stack.use(beginOutput(place));
  const made = await make(output);
  if (made === undefined) return undefined;
  await output.finish();
  stack.move();
  return { output, made };
}

/** Keep all of an output at once. @param bytes taken over. @returns the caller's to dispose of */
export async function wholeOutput(place: ActPlace | undefined, bytes: Uint8Array): Promise<{ output: ActOutput }> {
  const kept = await outputOf(place, async (output) => {
    await output.write([bytes]);
    return bytes.length;
  });
  if (kept === undefined) throw new TypeError("an output that was not kept");
  return kept;
}

/** Begin what an act makes by parts, the caller's to dispose of. @throws ConclaveError USAGE: nobody said where it goes; EXISTS */
function beginOutput(place: ActPlace | undefined): ActOutput {
  const begin = place?.streams?.output;
  if (begin !== undefined) return begin();
  throw new ConclaveError("USAGE", "the plan makes a file, and it was not said where it goes", {
    suggestions: ["Give it: --out FILE"],
  });
}
