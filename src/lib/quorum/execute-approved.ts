import { timestamp } from "../clock.ts";
import { createFileDurably } from "../host/files.ts";
import type { Reader } from "../storage/storage.ts";
import { type MadeFile, PlanOutputs } from "../vault/plan-outputs.ts";
import { type ActOutput, type ActStreams, type Entrusted, type GivenSecrets, Unlocked } from "../vault/unlocked.ts";
import type { Vault } from "../vault/vault.ts";
import type { BoundAction, Effect, NewFile } from "./action.ts";
import type { Approval } from "./approval.ts";
import { approvedTime } from "./approved-time.ts";
import { isClockAccept } from "./clock-accept.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import { keptInputKey } from "./open-plans.ts";
import { assertOpen, type PreparedPlan } from "./prepare.ts";
import { unlockQuorums } from "./unlock.ts";

/** What people brought to an act, beside their shares. */
interface Brought {
  entrusted: Entrusted;
  secrets: GivenSecrets | undefined;
}

/** What came of an executed plan. */
export interface Executed {
  plan: string;
  /** Sequences of its entries: `plan.execute`, then each action's. */
  entries: number[];
  /** Name and data of each action's entry, or what is told of them. */
  effects: { action: string; data: Record<string, unknown> }[];
  /** Hash of the `plan.execute` entry of a recovery, which people write down; left out of any other act. */
  recovery?: string;
  /** New files for whoever asked for the act; left out if there are none. */
  files?: MadeFile[];
}

/**
 * Execute a plan that its quorums approved, in one transaction. What it makes outside of the vault appears after the
 * commit, or never.
 *
 * @throws ConclaveError of whatever refuses it
 */
export async function executeApproved(
  vault: Vault,
  { plan, actions }: PreparedPlan,
  approvals: readonly Approval[],
  gathered: GatheredShares,
  brought: Brought,
): Promise<Executed> {
  const files: NewFile[] = [];
  const made: ActOutput[] = [];
  await using outputs = new PlanOutputs(vault, plan.id, vault.streams?.destination);
  using inputKey = keptInputKey(vault, plan);
  const streams: ActStreams = { ...vault.streams, ...(inputKey && { inputKey }), output: outputs.begin };
  const opening = { ...brought, gathered, streams };
  const done = await workAhead(vault, { plan, actions }, opening);
  const executed = await vault.act(async ({ writer, chain }) => {
    const now = vault.clock();
    const accepted = isClockAccept(plan) ? now : await approvedTime(now, writer, (sequence) => chain.timeOf(sequence));
    await assertOpen(writer, plan, accepted);
    using unlocked = await unlock(vault, writer, opening);
    const place = { vault: plan.vault, epoch: plan.epoch };
    const time = timestamp(accepted);
    const actor = `plan:${plan.id}`;
    const entries = [
      await chain.append(writer, place, time, actor, { type: "plan.execute", data: { plan, approvals } }),
    ];
    const recovery = approvals.some(({ statement }) => statement.key === "share") ? chain.head : undefined;
    const effects: Executed["effects"] = [];
    for (const [index, action] of actions.entries()) {
      await action.check(writer, time);
      for await (const effect of action.execute(unlocked, time, done.get(action))) {
        made.push(...(effect.outputs ?? []), ...(await toldOutput(vault, streams, effect)));
        for (const blob of effect.blobs ?? []) await writer.insert("blobs", blob);
        const data = { plan: plan.id, action: index, ...effect.data };
        entries.push(await chain.append(writer, place, time, actor, { type: action.name, data }));
        effects.push({ action: action.name, data: effect.told ?? data });
        files.push(...(effect.files ?? []));
        for (const hash of effect.removed ?? []) await writer.remove("blobs", { hash });
      }
    }
    outputs.keep();
    return { plan: plan.id, entries, effects, ...(recovery !== undefined && { recovery }) };
  });
  for (const { path, bytes, temporary } of files) createFileDurably(path, bytes, temporary);
  const published = await outputs.publish(made);
  return published.length === 0 ? executed : { ...executed, files: published };
}

/** What the door makes of what is told of an action, if it is to go to a file. */
async function toldOutput(
  { streams }: Vault,
  { output: begin }: ActStreams,
  { told, data }: Effect,
): Promise<ActOutput[]> {
  const bytes = streams?.toldOutput?.(told ?? data);
  if (bytes === undefined || begin === undefined) return [];
  const output = begin();
  await output.write([bytes]);
  await output.finish();
  return [output];
}

/** Do of each action what needs no transaction. The chain was verified when the plan was prepared, and is again inside it. */
async function workAhead(
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

/** What opens a vault for the actions of a plan. */
interface Opening extends Brought {
  gathered: GatheredShares;
  streams: ActStreams;
}

async function unlock(vault: Vault, reader: Reader, opening: Opening): Promise<Unlocked> {
  const { gathered, entrusted, streams, secrets } = opening;
  const { identity, acting, path: folder, inputs, piped, lockTimeoutMs } = vault;
  const unlocked = new Unlocked(identity, reader, await unlockQuorums(identity.id, gathered), entrusted, acting);
  unlocked.place = { folder, inputs, piped, lockTimeoutMs, streams, secrets };
  return unlocked;
}
