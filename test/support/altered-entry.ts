import { rm } from "node:fs/promises";
import { Forger } from "./forgery.ts";
import { refusalOf } from "./refusal.ts";
import type { MadeVault } from "./vault.ts";

/** An object of JSON, to be changed. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a forger changes has any form
export type Loose = any;

/**
 * What a machine without memory says of a vault whose host wrote its newest entry of a type otherwise, and linked and
 * signed the chain anew.
 *
 * @param change of the entry's data, in place
 * @returns the refusal's message; "accepted" if nothing is wrong with it
 */
export async function alteredEntry(made: MadeVault, type: string, change: (data: Loose) => void): Promise<string> {
  await using copy = await made.copy();
  const forger = new Forger(copy);
  const entries = await forger.entries();
  const last = entries.findLastIndex((entry) => entry.type === type);
  const altered = entries.map((entry, i) => {
    if (i !== last) return entry;
    const data = structuredClone(entry.data);
    change(data);
    return { ...entry, data };
  });
  await forger.rewrite(altered);
  await rm(copy.state, { recursive: true });
  const refusal = await refusalOf(copy.verify());
  return refusal === "accepted" ? refusal : `${refusal.code}: ${refusal.message}`;
}
