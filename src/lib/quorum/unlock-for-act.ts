import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import { type Entrusted, type GivenSecrets, Unlocked } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import { unlockQuorums } from "./unlock.ts";

/** What people at the host gave, and the key under which the plan commits to secret inputs. */
export interface Opening {
  entrusted: Entrusted;
  given: GivenSecrets | undefined;
  inputKey: Secret | undefined;
}

/** Unlock the vault for an act. @returns the caller's to dispose of */
export async function unlockForAct(
  vault: Vault,
  reader: Reader,
  gathered: GatheredShares,
  { entrusted, given, inputKey }: Opening,
): Promise<Unlocked> {
  const { identity, acting, path: folder, inputs, piped, lockTimeoutMs } = vault;
  const unlocked = new Unlocked(identity, reader, await unlockQuorums(identity.id, gathered), entrusted, acting);
  const streams = { ...vault.streams, ...(inputKey !== undefined && { inputKey }) };
  unlocked.place = { folder, inputs, piped, streams, secrets: given, lockTimeoutMs };
  return unlocked;
}
