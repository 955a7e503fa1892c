import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { timestampSchema } from "../names.ts";
import type { Action, PlannedAction } from "./action.ts";
import { rootQuorum } from "./state.ts";

const parametersSchema = z.strictObject({
  /** What the host's clock said when the plan was made. */
  time: timestampSchema,
});

export type ClockAcceptParameters = z.infer<typeof parametersSchema>;

/** Accept the host's clock after one that ran far ahead: it sets the floor for later acts, and cancels open plans. */
export const clockAccept: Action<ClockAcceptParameters> = {
  name: "clock.accept",
  parameters: parametersSchema,
  quorums: async (_, state) => [(await rootQuorum(state)).id],
  render: ({ time }) => [
    { label: "Clock says", value: time },
    { label: "Effect", value: "later acts are dated from here on; plans made before are cancelled" },
  ],
  check: async () => undefined,
  async *execute() {
    yield { data: {} };
  },
};

export const clockAcceptEntry = effectType({
  type: clockAccept.name,
  data: z.strictObject({ plan: z.string(), action: z.int() }),
  parameters: parametersSchema,
  async project(entry, _data, _parameters, { tables }) {
    await tables.update("vault", { id: entry.vault }, { clockAccepted: entry.sequence });
  },
});

/** Whether a plan does nothing but accept the clock: it alone is not held against the time of the last act. */
export function isClockAccept({ actions }: { actions: readonly PlannedAction[] }): boolean {
  return actions.length === 1 && actions[0]?.action === clockAccept.name;
}
