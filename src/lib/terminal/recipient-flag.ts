import * as Flags from "@oclif/core/flags";
import { noneByDefault } from "./flags.ts";

/** age recipients to which a share is to be sealed. */
export const recipientFlag = {
  recipient: Flags.string({
    summary: "age recipient to seal the share to; once for each",
    helpValue: "RECIPIENT",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
};
