import { expect, test } from "vitest";
import { countKeys } from "../../../src/lib/key/count.ts";
import { stateAt } from "../../../src/lib/key/state.ts";
import { manyKeys, month, tablesOf } from "../../support/many-keys.ts";

test("counts are those of the states that keys are in, dates taken into account", async () => {
  const keys = manyKeys(1000);
  await using storage = await tablesOf(keys);
  for (const time of [month(1), month(2), month(3), month(4), month(5), month(6)]) {
    const states = Object.groupBy(keys, (key) => stateAt(key, time));
    const due = (states.active ?? []).filter(({ rotateAt }) => rotateAt !== null && rotateAt <= time);
    expect(await countKeys(storage, time)).toEqual({
      states: Object.fromEntries(Object.entries(states).map(([state, list]) => [state, list.length])),
      due: due.length,
    });
  }
});
