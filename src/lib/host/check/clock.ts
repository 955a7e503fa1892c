import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SECOND, timestamp } from "../../clock.ts";
import type { Check, Observation, Place } from "../check.ts";

const QUESTION = ["show", "--property=NTPSynchronized", "--value"];

/** Whether the clock follows another one. An offline host's doesn't: people compare it. */
export const clockCheck = {
  name: "clock",
  title: "Clock",
  run: async ({ clock, timedatectl }: Pick<Place, "clock" | "timedatectl">): Promise<Observation[]> => {
    const answer = await ask(timedatectl);
    const now = `it is ${timestamp(clock())}`;
    if (answer === "yes") return [{ level: "ok", found: `${now}, synchronised` }];
    if (answer !== "no") {
      return [
        { level: "ok", found: `${now}; compare it with another clock: whether it is synchronised isn't known here` },
      ];
    }
    const found = `${now}, not synchronised: compare it with another clock`;
    return [{ level: "warning", found, mend: "timedatectl set-ntp true" }];
  },
} satisfies Check;

/** @returns undefined if the program isn't there, doesn't know, or may not be run */
async function ask(timedatectl: string): Promise<string | undefined> {
  const options = { timeout: 2 * SECOND, env: { LC_ALL: "C" } };
  try {
    const { stdout } = await promisify(execFile)(timedatectl, QUESTION, options);
    return stdout.trim();
  } catch {
    return undefined;
  }
}
