import { timestamp } from "../clock.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import { type ActStreams, type Entrusted, type GivenSecrets, Unlocked } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import type { BoundAction } from "./action.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import { assertOpen, type PreparedPlan } from "./prepare.ts";
import { unlockQuorums } from "./unlock.ts";

/** What opens a vault for the actions of a plan. */
export interface Opening {
  gathered: GatheredShares;
  entrusted: Entrusted;
  secrets: GivenSecrets | undefined;
  streams: ActStreams;
}

/** Do of each action what needs no transaction. The chain was verified when the plan was prepared, and is again inside it. */
export async function workAhead(
  vault: Vault,
  { plan, actions }: Pick<PreparedPlan, "plan" | "actions">,
  opening: Opening,
): Promise<ReadonlyMap<BoundAction, Record<string, unknown>>> {
  const done = new Map<BoundAction, Record<string, unknown>>();
  if (actions.every(({ ahead }) => ahead === undefined)) return done;
  const now = vault.clock();
  await assertOpen(vault.reader, plan, now);
  using unlocked = await unlock(vault, vault.reader, opening);
  for (const action of actions) {
    if (action.ahead === undefined) continue;
    await action.check(vault.reader, timestamp(now));
    done.set(action, await action.ahead(unlocked));
  }
  return done;
}

/** The vault as the actions of a plan see it; the caller's to dispose of. */
export async function unlock(vault: Vault, reader: Reader, opening: Opening): Promise<Unlocked> {
  const { gathered, entrusted, secrets, streams } = opening;
  const { identity, acting, path: folder, inputs, piped, lockTimeoutMs } = vault;
  const unlocked = new Unlocked(identity, reader, await unlockQuorums(identity.id, gathered), entrusted, acting);
  unlocked.place = { folder, inputs, piped, lockTimeoutMs, streams, secrets };
  return unlocked;
}

/** What was given to the act. @param outputs comes to own whatever is begun: nothing stays of it unless it is published */
export function streamsOf(vault: Vault, inputKey: Secret | undefined, outputs: AsyncDisposableStack): ActStreams {
  const given = vault.streams ?? {};
  const begin = given.output;
  return {
    ...given,
    ...(inputKey !== undefined && { inputKey }),
    ...(begin !== undefined && { output: () => outputs.use(begin()) }),
  };
}
