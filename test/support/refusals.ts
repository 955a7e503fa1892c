import { listEntries } from "../../src/lib/audit/list.ts";
import { type Projections, projectionsOf } from "./canonical-state.ts";
import type { MadeVault } from "./vault.ts";

/** What the audit chain tells of refused plans. */
export interface Refusal {
  code: string;
  message: string;
}

/** The `plan.refuse` entries of a vault, the first one first. */
export async function refusalsOf(made: MadeVault): Promise<Refusal[]> {
  await using vault = await made.open();
  const { entries } = await listEntries(vault.reader, { type: "plan.refuse", after: 0, limit: 1000 });
  return entries.map(({ data }) => ({ code: String(data["code"]), message: String(data["message"]) }));
}

/** What the vault holds, but for its audit entries. */
export async function stateOf(made: MadeVault): Promise<Projections> {
  await using vault = await made.open();
  return await projectionsOf(vault.reader);
}
