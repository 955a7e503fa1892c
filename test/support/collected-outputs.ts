import type { Destination } from "../../src/lib/vault/unlocked.ts";

/** What acts made by parts, in the order in which it appeared. */
export class CollectedOutputs {
  readonly published: Buffer[] = [];
  /** Outputs that were begun; those that never appeared too. */
  begun = 0;

  /** See `GivenStreams`. */
  readonly destination: Destination = {
    begin: () => {
      const parts: Uint8Array[] = [];
      this.begun++;
      return {
        write: async (more) => {
          parts.push(...more.map((part) => part.slice()));
          for (const part of more) part.fill(0); // they are not the caller's any more
        },
        finish: async () => {},
        publish: async () => {
          this.published.push(Buffer.concat(parts));
          return undefined;
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}
