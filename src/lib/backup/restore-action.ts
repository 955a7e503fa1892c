import { z } from "zod";
import { type Entry, entryError } from "../audit/entry.ts";
import { type Chain, entryType } from "../audit/entry-type.ts";
import { isSoundPublicKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, publicKeySchema, textSchema, timestampSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { approvalSchema } from "../quorum/approval.ts";
import { dropPending } from "../quorum/cancel-generation.ts";
import { parseManifest } from "../quorum/manifest.ts";
import { hasLifetime, type Plan, planDigest, planSchema } from "../quorum/plan.ts";
import { assertApprovals } from "../quorum/plan-entry.ts";
import { RESTORE } from "../quorum/restore-plan.ts";
import { quorumInForce, rootQuorum } from "../quorum/state.ts";
import type { Row } from "../storage/tables.ts";

const parametersSchema = z.strictObject({
  /** The backup: its base name, as somebody gave it; SHA-256 and size in bytes. */
  file: z.strictObject({ name: textSchema, sha256: digestSchema, size: z.int().positive() }),
  /** When the backup was made. */
  made: timestampSchema,
  /** Key of the host that made it, which is replaced. */
  from: publicKeySchema,
  /** Key of the host on which the vault is restored. */
  hostKey: publicKeySchema,
  /** Whether it may be older than what that machine remembers of the vault. */
  olderThanAnchor: z.boolean(),
});

export type RestoreParameters = z.infer<typeof parametersSchema>;

/** Make a vault of a backup on another host. Its plan is executed by `restore` alone, where there is no vault yet. */
export const vaultRestore: Action<RestoreParameters> = {
  name: RESTORE,
  parameters: parametersSchema,
  recoverable: true,
  quorums: async (_, state) => [(await rootQuorum(state)).id],
  render: ({ file, made, from, hostKey, olderThanAnchor }) => [
    { label: "Backup", value: `${file.name} (${file.size} bytes)` },
    { label: "SHA-256", value: file.sha256 },
    { label: "Backup made", value: made },
    { label: "Replaces host", value: from },
    { label: "New host", value: hostKey },
    {
      label: "Effect",
      value: "the vault as it was then, in a new epoch; what was done since is lost, what is open is cancelled",
    },
    ...(olderThanAnchor
      ? [{ label: "Older", value: "the new host remembers more of this vault than the backup holds: that is given up" }]
      : []),
  ],
  check: async () => {
    throw new ConclaveError("REFUSED", "a restore is executed where there is no vault", {
      suggestions: ["On the new host: conclave restore FILE --plan PLAN --approval FILE …"],
    });
  },
  execute() {
    throw new TypeError("a restore is no act of a vault");
  },
};

const restoreSchema = z.strictObject({
  plan: planSchema,
  approvals: z
    .array(approvalSchema)
    .min(2)
    .max(LIMITS.custodians * 8),
});

/** Parameters of a restore plan. @throws whatever `refuse` makes of a plan that is none, or of more than that */
export function restoreParameters({ actions }: Plan, refuse: (problem: string) => Error): RestoreParameters {
  const [planned] = actions;
  if (actions.length !== 1 || planned?.action !== RESTORE) throw refuse("a plan of another act than a restore");
  const parsed = parametersSchema.safeParse(planned.parameters);
  if (!parsed.success) throw refuse("a plan with malformed parameters");
  return parsed.data;
}

/** The vault was restored from a backup: another host goes on, in a new epoch. */
export const vaultRestoreEntry = entryType({
  type: RESTORE,
  data: restoreSchema,
  newEpoch: true,
  async project(entry, { plan, approvals }, chain) {
    const { tables } = chain;
    const parameters = restoreParameters(plan, (problem) => entryError(entry, problem));
    const { file, made, from, hostKey } = parameters;
    const before = await tables.find("vault", {});
    if (before === undefined) throw entryError(entry, "before genesis");
    await assertPlace(entry, plan, before, chain);
    if (from !== before.hostKey) throw entryError(entry, "the plan replaces another host");
    const known = await tables.find("restores", { hostKey });
    if (!isSoundPublicKey(hostKey) || hostKey === before.hostKey || known !== undefined)
      throw entryError(entry, "the new host's key is not new, or not sound");

    const quorum = await quorumInForce(tables, (await rootQuorum(tables)).id, (text) =>
      chain.recall(parseManifest, text),
    );
    const [named] = plan.quorums;
    if (plan.quorums.length !== 1 || named?.id !== quorum.id || named.manifest !== quorum.manifestHash)
      throw entryError(entry, "not the root quorum's generation in force");
    if (approvals.some(({ statement }) => statement.quorum !== quorum.id))
      throw entryError(entry, "an approval of another quorum");
    const digest = planDigest(plan);
    assertApprovals(entry, plan, digest, quorum, approvals, chain);

    const { sequence } = entry;
    await tables.insert("plans", { id: plan.id, digest, outcome: "executed", sequence });
    await tables.insert("restores", {
      sequence,
      sha256: file.sha256,
      hostKey: before.hostKey,
      epoch: before.epoch,
      entries: chain.size,
    });
    const pending = await Array.fromAsync(tables.rows("generations", { where: { state: "pending" } }));
    for (const row of pending) await dropPending(tables, row.quorum, row.generation);
    await tables.update("vault", { id: before.id }, { epoch: entry.epoch, hostKey });
    if ((await tables.find("backups", { sha256: file.sha256 })) !== undefined) return;
    const { name, sha256, size } = file;
    await tables.insert("backups", {
      sha256,
      name,
      size,
      created: made,
      sequence,
      entries: chain.size,
      generation: quorum.generation,
      manifestHash: quorum.manifestHash,
      places: canonicalJson([]),
      proved: entry.time,
    });
  },
});

async function assertPlace(entry: Entry, plan: Plan, before: Row<"vault">, { tables, size, tree }: Chain) {
  if (plan.vault !== before.id || plan.epoch !== before.epoch || plan.genesis !== before.genesis)
    throw entryError(entry, "a plan of another vault, epoch or genesis");
  const known = await tables.find("restores", { epoch: entry.epoch });
  if (entry.epoch === before.epoch || known !== undefined) throw entryError(entry, "an epoch that was before");
  if (plan.head.size !== size || plan.head.root !== tree.root(size))
    throw entryError(entry, "the plan is of another backup than what stands before");
  if (!hasLifetime(plan) || entry.time > plan.expires) throw entryError(entry, `the plan expired at ${plan.expires}`);
  if ((await tables.find("plans", { id: plan.id })) !== undefined)
    throw entryError(entry, "a plan that was executed or cancelled before");
}
