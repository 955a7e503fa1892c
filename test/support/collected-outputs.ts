import type { ActOutput } from "../../src/lib/vault/unlocked.ts";

/** What acts made by parts, in the order in which it appeared. */
export class CollectedOutputs {
  readonly published: Buffer[] = [];
  /** Outputs that were begun; those that never appeared too. */
  begun = 0;

  /** See `ActStreams.output`. */
  readonly output = (): ActOutput => {
    const parts: Uint8Array[] = [];
    this.begun++;
    return {
      write: async (more) => void parts.push(...more),
      finish: async () => {},
      publish: async () => void this.published.push(Buffer.concat(parts)),
      [Symbol.asyncDispose]: async () => {},
    };
  };
}
