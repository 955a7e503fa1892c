import { z } from "zod";
import { type Entry, entryError } from "../audit/entry.ts";
import { type Chain, type EntryType, entryType } from "../audit/entry-type.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, textSchema } from "../names.ts";
import { type Actions, type BoundAction, bindAction } from "./action.ts";
import { type Approval, approvalSchema, verifyApproval } from "./approval.ts";
import { parseManifest } from "./manifest.ts";
import { hasLifetime, type Plan, planDigest, planSchema } from "./plan.ts";
import { type QuorumGeneration, quorumInForce } from "./state.ts";

const executeSchema = z.strictObject({
  plan: planSchema,
  approvals: z
    .array(approvalSchema)
    .min(2)
    .max(LIMITS.custodians * 8),
});

/**
 * A plan that its quorums approved. What it demands is checked here, for the command that executes it
 * as for every later reader; the effects that its actions imply must follow at once.
 */
export function planExecuteType(actions: Actions): EntryType {
  return entryType({
    type: "plan.execute",
    data: executeSchema,
    async project(entry, { plan, approvals }, chain) {
      const digest = planDigest(plan);
      await assertPlace(entry, plan, chain);
      const bound = plan.actions.map((planned) =>
        bindAction(actions, planned, (problem) => entryError(entry, problem)),
      );
      await assertQuorums(entry, plan, await Promise.all(bound.map((action) => action.quorums(chain.tables))));
      for (const { id, generation, manifest } of plan.quorums) {
        const quorum = await quorumInForce(chain.tables, id, (text) => chain.recall(parseManifest, text));
        if (quorum.generation !== generation || quorum.manifestHash !== manifest) {
          throw entryError(entry, `quorum ${quorum.name}: not the generation in force`);
        }
        assertApprovals(entry, plan, digest, quorum, approvals, chain);
        if (!bound.every(({ recoverable }) => recoverable)) assertByCustodians(entry, quorum, approvals);
      }
      assertNamed(entry, bound, approvals);
      if (approvals.some(({ statement }) => plan.quorums.every(({ id }) => id !== statement.quorum))) {
        throw entryError(entry, "an approval of a quorum that the plan doesn't need");
      }
      if ((await chain.tables.find("plans", { id: plan.id })) !== undefined)
        throw entryError(entry, "a plan that was executed or cancelled before");

      await chain.tables.insert("plans", { id: plan.id, digest, outcome: "executed", sequence: entry.sequence });
      chain.expect(
        bound.map(({ name, parameters, schema }, action) => ({
          type: name,
          plan: plan.id,
          action,
          parameters,
          schema,
        })),
      );
    },
  });
}

/** A plan that nobody is to execute any more; needs no quorum. */
export const planCancel = entryType({
  type: "plan.cancel",
  data: z.strictObject({ plan: z.string().regex(/^[0-9a-f]{32}$/), digest: digestSchema, reason: textSchema }),
  async project(entry, { plan, digest }, { tables }) {
    if ((await tables.find("plans", { id: plan })) !== undefined) {
      throw entryError(entry, "a plan that was executed or cancelled before");
    }
    await tables.insert("plans", { id: plan, digest, outcome: "cancelled", sequence: entry.sequence });
  },
});

/** A sensitive command that did not come to its end: what was asked, and why it was refused. Changes nothing. */
export const planRefuse = entryType({
  type: "plan.refuse",
  data: z.strictObject({
    plan: z.string().max(64),
    digest: digestSchema,
    actions: z.array(z.string().max(LIMITS.nameLength)).max(LIMITS.actions),
    code: z.string().max(64),
    message: z.string().max(2 * LIMITS.textLength),
  }),
  async project() {},
});

async function assertPlace(entry: Entry, plan: Plan, chain: Chain): Promise<void> {
  const vault = await chain.tables.find("vault", {});
  if (plan.vault !== entry.vault || plan.epoch !== entry.epoch || plan.genesis !== vault?.genesis) {
    throw entryError(entry, "a plan of another vault, epoch or genesis");
  }
  if (plan.head.size > chain.size || chain.tree.root(plan.head.size) !== plan.head.root) {
    throw entryError(entry, `the plan saw another chain of ${plan.head.size} entries`);
  }
  if (plan.head.size < (vault.clockAccepted ?? 0)) throw entryError(entry, "the plan was cancelled by clock.accept");
  if (entry.time > plan.expires) throw entryError(entry, `the plan expired at ${plan.expires}`);
  if (!hasLifetime(plan)) throw entryError(entry, "a plan that lives longer than 30 days, or not at all");
}

async function assertQuorums(entry: Entry, plan: Plan, needed: readonly string[][]): Promise<void> {
  const named = plan.quorums.map(({ id }) => id);
  const wanted = new Set(needed.flat());
  if (needed.some((ids) => ids.length === 0)) throw entryError(entry, "an action that no quorum guards");
  if (named.length !== wanted.size || !named.every((id) => wanted.has(id))) {
    throw entryError(entry, "the plan names other quorums than its actions need");
  }
}

/** Enough approvals of a quorum's custodians, each of them for this plan. @throws IntegrityError naming the entry */
export function assertApprovals(
  entry: Entry,
  plan: Plan,
  digest: string,
  quorum: QuorumGeneration,
  approvals: readonly Approval[],
  chain: Chain,
): void {
  const custodians = new Set<string>();
  for (const approval of approvals) {
    const { statement } = approval;
    if (statement.quorum !== quorum.id) continue;
    const refuse = (problem: string) => entryError(entry, `approval of ${statement.custodian}: ${problem}`);
    const seat = quorum.seats.find(({ name }) => name === statement.custodian);
    if (seat === undefined) throw refuse(`not a custodian of quorum ${quorum.name}`);
    if (
      statement.vault !== plan.vault ||
      statement.epoch !== plan.epoch ||
      statement.generation !== quorum.generation
    ) {
      throw refuse("of another vault, epoch or generation");
    }
    if (statement.plan !== digest) throw refuse("of another plan");
    if (statement.time > plan.expires) throw refuse("made after the plan expired");
    if (
      statement.seen !== null &&
      (statement.seen.size > chain.size || chain.tree.root(statement.seen.size) !== statement.seen.root)
    ) {
      throw refuse(`saw another chain of ${statement.seen.size} entries: this host was rolled back`);
    }
    if (custodians.has(seat.name)) throw refuse("a second one");
    if (chain.verifySignatures && !verifyApproval(approval, seat)) throw refuse("the signature is not the custodian's");
    custodians.add(seat.name);
  }
  if (custodians.size < quorum.manifest.threshold) {
    throw entryError(
      entry,
      `quorum ${quorum.name}: ${custodians.size} approvals of ${quorum.manifest.threshold} needed`,
    );
  }
}

/** Whoever answers for something in the plan approved it. */
function assertNamed(entry: Entry, actions: readonly BoundAction[], approvals: readonly Approval[]): void {
  const named = actions.flatMap((action) => action.approvers());
  const absent = named.find((name) => approvals.every(({ statement }) => statement.custodian !== name));
  if (absent !== undefined) throw entryError(entry, `no approval of ${absent}, whom the plan names`);
}

/** Shares alone approve nothing but a recovery. */
function assertByCustodians(entry: Entry, { name, id }: QuorumGeneration, approvals: readonly Approval[]): void {
  const alone = approvals.find(({ statement }) => statement.quorum === id && statement.key === "share");
  if (alone === undefined) return;
  throw entryError(entry, `quorum ${name}: the share of ${alone.statement.custodian} alone approves no such act`);
}
