import type { Vault } from "../vault/vault.ts";
import { type Confirmed, confirmProof } from "./confirm.ts";
import type { PresentedShare } from "./interaction.ts";
import { proveOnHost } from "./prove.ts";
import { recordRequest } from "./request-entry.ts";
import { currentGenerations } from "./state.ts";

/**
 * Request, proof and confirmation in one, for a custodian who is at the host.
 * @param presented stays the caller's
 * @throws ConclaveError SHARE_*
 */
export async function drillShare(vault: Vault, presented: PresentedShare): Promise<Confirmed> {
  const generations = await currentGenerations(vault.reader);
  await proveOnHost(vault, generations, presented); // refuses a bad share before anything is recorded
  await recordRequest(vault);
  return confirmProof(vault, await proveOnHost(vault, generations, presented), presented.origin);
}
