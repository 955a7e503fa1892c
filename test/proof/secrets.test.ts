import { expect, test } from "vitest";
import { DESK_COMMANDS } from "../support/desk-commands.ts";
import { MUTATING_COMMANDS } from "../support/mutating-commands.ts";
import { haveProc } from "../support/proc.ts";
import { secretsLeftBy } from "../support/secret-walk.ts";

test.skipIf(!haveProc).for(MUTATING_COMMANDS.filter((command) => !DESK_COMMANDS.includes(command)))(
  "H5: $name leaves no secret in output, files, command line or environment, nor a file elsewhere (needs /proc)",
  async (command) => {
    expect(await secretsLeftBy(command)).toEqual([]);
  },
);
