import * as Flags from "@oclif/core/flags";

/** Which version of a key, where it isn't the current one. */
export const keyVersionFlag = {
  version: Flags.integer({ summary: "version of the key, by default the current one", helpValue: "N", min: 1 }),
};
