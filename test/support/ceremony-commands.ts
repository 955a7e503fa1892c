import { UNPROVEN_SCRIPT } from "./ceremony-scripts.ts";
import type { MutatingCommand } from "./mutating-commands.ts";
import { inForce } from "./stages.ts";
import { AT_HAND, found, VAULT } from "./two-custodians.ts";

/** A ceremony that changes nothing. */
const READ_SCRIPT = `ceremony: nothing
title: Nothing is changed
roles: { administrator: 1 }
steps:
  - read: We are here to change nothing.
`;

const HELD = [...VAULT, ...AT_HAND, "--transcript-dir", "out"];

/** A run is cut off anywhere: the next one goes on with it, if it had begun, and makes no second key. */
export const CEREMONY_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "ceremony run",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      await place.write("make.yaml", UNPROVEN_SCRIPT);
      await place.write("nothing.yaml", READ_SCRIPT);
    },
    args: ["ceremony", "run", "make.yaml", "--input", "name=payments", ...HELD],
    status: 0,
    announces: true,
    stage: (found) => {
      const { projections } = inForce(found);
      const keys = projections["keys"]?.length ?? 0;
      if (keys > 1) throw new Error(`${keys} keys were made by one ceremony`);
      return (projections["ceremonies"]?.length ?? 0) === 0 ? "before" : "after";
    },
    next: {
      first: { args: ["ceremony", "run", "--resume", ...HELD], statuses: [0, 3] },
      args: ["ceremony", "run", "nothing.yaml", ...HELD],
      status: { before: 0, after: 0 },
    },
  },
];
