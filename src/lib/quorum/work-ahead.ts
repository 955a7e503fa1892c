import { timestamp } from "../clock.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import { type Entrusted, type GivenSecrets, Unlocked } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import type { BoundAction } from "./action.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import { assertOpen, type PreparedPlan } from "./prepare.ts";
import { unlockQuorums } from "./unlock.ts";

/** What an act works with beside what its quorums unlock; stays its owner's. */
export interface Work {
  entrusted: Entrusted;
  given: GivenSecrets | undefined;
  /** Under which the plan commits to secret inputs. */
  inputKey: Secret | undefined;
}

/** Do of each action what needs no transaction. The chain was verified when the plan was prepared, and is again inside it. */
export async function workAhead(
  vault: Vault,
  { plan, actions }: Pick<PreparedPlan, "plan" | "actions">,
  gathered: GatheredShares,
  work: Work,
): Promise<ReadonlyMap<BoundAction, Record<string, unknown>>> {
  const done = new Map<BoundAction, Record<string, unknown>>();
  if (actions.every(({ ahead }) => ahead === undefined)) return done;
  const now = vault.clock();
  await assertOpen(vault.reader, plan, now);
  using unlocked = await unlock(vault, vault.reader, gathered, work);
  for (const action of actions) {
    if (action.ahead === undefined) continue;
    await action.check(vault.reader, timestamp(now));
    done.set(action, await action.ahead(unlocked));
  }
  return done;
}

/** The keys that an act may use, with the place in which it works; the caller's to dispose of. */
export async function unlock(
  vault: Vault,
  reader: Reader,
  gathered: GatheredShares,
  { entrusted, given, inputKey }: Work,
): Promise<Unlocked> {
  const { identity, acting, path: folder, inputs, piped, lockTimeoutMs } = vault;
  const unlocked = new Unlocked(identity, reader, await unlockQuorums(identity.id, gathered), entrusted, acting);
  const streams = { ...vault.streams, ...(inputKey !== undefined && { inputKey }) };
  unlocked.place = { folder, inputs, piped, lockTimeoutMs, streams, secrets: given };
  return unlocked;
}
