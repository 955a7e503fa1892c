import { resolve } from "node:path";
import { type Entry, parseEntry } from "../audit/entry.ts";
import { ConclaveError } from "../errors.ts";
import { assertAbsent } from "../host/checked-file.ts";
import { createFileDurably } from "../host/files.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { executePlan, executePlanFile, type Received, type SecretSource } from "../quorum/execute.ts";
import type { Executed } from "../quorum/execute-approved.ts";
import { keepPlan, keptPlan } from "../quorum/open-plans.ts";
import { type Plan, planDigest, planSchema } from "../quorum/plan.ts";
import type { PlanFile } from "../quorum/plan-file.ts";
import { type PreparedPlan, preparePlan } from "../quorum/prepare.ts";
import type { Reader } from "../storage/storage.ts";
import { settleOutputs } from "../vault/settle-outputs.ts";
import type { Vault } from "../vault/vault.ts";
import { type Ceremony, ceremonyOf } from "./ceremony.ts";
import { executedPlans, plansOf } from "./progress.ts";
import type { FoundingPlace } from "./stage.ts";

/** A plan of a step that was executed, and the entries that tell of it. */
export interface ExecutedStep {
  plan: string;
  entries: readonly Entry[];
}

interface PlanOptions {
  /** Whether a plan that was executed before is still worth something. */
  counts?: (executed: ExecutedStep) => Promise<boolean>;
  /** What the plan commits to. */
  secrets?: SecretSource;
}

/**
 * Let a quorum approve what a step asks for, and execute it: once, whatever crashed. The plan's id is in the run log
 * before it is executed; whether it was, the vault says.
 *
 * @param planned resolves names; called only if there is no plan yet
 * @returns undefined: the plan waits for custodians elsewhere
 */
export async function performPlan(
  ceremony: Ceremony,
  step: number,
  vault: Vault,
  planned: () => Promise<readonly PlannedAction[]>,
  { counts = async () => true, secrets }: PlanOptions = {},
): Promise<ExecutedStep | undefined> {
  await settleOutputs(vault); // it may be what this step made before it was cut off
  const before = await executedBefore(ceremony, step, vault);
  if (before !== undefined && (await counts(before))) return before;
  const open = await openPlanOf(ceremony, step, vault);
  const { elsewhere } = ceremony.host;
  if (open !== undefined && elsewhere?.planOut === undefined) return goOn(ceremony, step, vault, open);
  const actions = await planned();
  if (elsewhere?.planOut !== undefined) return send(ceremony, step, vault, actions);

  const prepared = await preparePlan(vault, ceremony.host.catalogue, {
    actions,
    reason: reasonOf(ceremony),
    ceremony: ceremonyOf(ceremony),
  });
  if (prepared.objection !== undefined) throw prepared.objection;
  tellPlan(ceremony, step, prepared.plan, null);
  const gathering = ceremony.stage.gathering({
    quorums: prepared.quorums,
    earlier: await approversBefore(ceremony, vault),
    mayWait: false,
    founding: foundingPlace(vault, prepared),
  });
  return tellExecuted(ceremony, step, vault, await executePlan(vault, prepared, gathering, undefined, secrets));
}

/** The entries of an executed plan: `plan.execute`, then those of its actions. */
export async function entriesOfPlan(reader: Reader, plan: string): Promise<Entry[]> {
  const row = await reader.find("plans", { id: plan });
  if (row?.outcome !== "executed") return [];
  const entries: Entry[] = [];
  for await (const { sequence, text } of reader.rows("entries", { after: { sequence: row.sequence - 1 } })) {
    const entry = parseEntry(text, sequence);
    if (entry.actor !== `plan:${plan}`) break;
    entries.push(entry);
  }
  return entries;
}

/** The plan of a `plan.execute` entry, and who approved it. */
export function approvedPlan({ data }: Pick<Entry, "data">): { plan: Plan; approvals: ApprovedBy[] } {
  const plan = planSchema.parse(data["plan"]);
  const approvals = (data["approvals"] as { statement: ApprovedBy }[]).map(({ statement }) => statement);
  return { plan, approvals };
}

/** What of an approval people are told. */
export interface ApprovedBy {
  custodian: string;
  /** Id. */
  quorum: string;
  at: "host" | "desk";
  key: "custodian" | "share";
}

/** What of a step was executed before, in this run or before a crash; it is told of in the log. */
export async function executedBefore(
  ceremony: Ceremony,
  step: number,
  vault: Vault,
): Promise<ExecutedStep | undefined> {
  for (const { plan } of plansOf(ceremony.log, step).toReversed()) {
    const entries = await entriesOfPlan(vault.reader, plan);
    if (entries.length === 0) continue;
    if (!executedPlans(ceremony.log).includes(plan)) tellEntries(ceremony, step, plan, entries);
    return { plan, entries };
  }
  return undefined;
}

/** The plan that was written for custodians elsewhere, if it can still be executed. */
async function openPlanOf({ log }: Ceremony, step: number, vault: Vault): Promise<PlanFile | undefined> {
  const sent = plansOf(log, step).at(-1);
  if (sent === undefined || sent.file === null) return undefined;
  return keptPlan(vault, sent.plan);
}

async function goOn(ceremony: Ceremony, step: number, vault: Vault, file: PlanFile): Promise<ExecutedStep | undefined> {
  const { host, stage } = ceremony;
  const { id, vault: of } = file.plan;
  const received: Received = {
    approvals: host.elsewhere?.approvals ?? [],
    identity: async () => (await host.elsewhere?.identity(of, id)) ?? "",
  };
  const manifests = file.manifests.map((manifest) => ({ name: manifest.name, manifest }));
  const gathering = stage.gathering({
    quorums: manifests,
    earlier: await approversBefore(ceremony, vault),
    mayWait: true,
    founding: foundingPlace(vault, undefined),
  });
  try {
    const executed = await executePlanFile(vault, host.catalogue, file, gathering, received);
    return await tellExecuted(ceremony, step, vault, executed);
  } catch (error) {
    if (error instanceof ConclaveError && error.code === "WAITING_FOR_PEOPLE") return undefined;
    throw error;
  }
}

/** Write the plan for custodians elsewhere. */
async function send(
  ceremony: Ceremony,
  step: number,
  vault: Vault,
  actions: readonly PlannedAction[],
): Promise<undefined> {
  const { elsewhere, catalogue } = ceremony.host;
  if (elsewhere?.planOut === undefined) throw new TypeError("nowhere to write a plan");
  const file = resolve(elsewhere.planOut);
  assertAbsent(file);
  const session = await elsewhere.newSession(ceremony.log.start.rehearsal);
  const prepared = await preparePlan(vault, catalogue, {
    actions,
    reason: reasonOf(ceremony),
    lifetime: elsewhere.lifetime,
    session,
    ceremony: ceremonyOf(ceremony),
  });
  if (prepared.objection !== undefined) throw prepared.objection;
  tellPlan(ceremony, step, prepared.plan, file);
  createFileDurably(file, keepPlan(vault, prepared, session));
  elsewhere.planOut = undefined;
  await ceremony.stage.planSent(prepared.view, file);
  return undefined;
}

function tellPlan({ log }: Ceremony, step: number, plan: Plan, file: string | null): void {
  log.append({ event: "plan", step, plan: plan.id, digest: planDigest(plan), file });
}

async function tellExecuted(ceremony: Ceremony, step: number, vault: Vault, { plan }: Executed): Promise<ExecutedStep> {
  const entries = await entriesOfPlan(vault.reader, plan);
  tellEntries(ceremony, step, plan, entries);
  return { plan, entries };
}

function tellEntries({ log }: Ceremony, step: number, plan: string, entries: readonly Entry[]): void {
  log.append({ event: "executed", step, plan, entries: entries.map(({ sequence }) => sequence) });
}

/** Custodians who approved the plan before this one in the run. */
async function approversBefore({ log }: Ceremony, vault: Vault): Promise<string[]> {
  const plan = executedPlans(log).at(-1);
  const [first] = plan === undefined ? [] : await entriesOfPlan(vault.reader, plan);
  return first === undefined ? [] : approvedPlan(first).approvals.map(({ custodian }) => custodian);
}

function reasonOf({ script, log }: Ceremony): string {
  return `ceremony ${script.ceremony}, run ${log.start.run}`;
}

function foundingPlace({ identity }: Vault, prepared: PreparedPlan | undefined): FoundingPlace {
  const custodians = prepared?.actions.flatMap((action) => action.newShares().map(({ custodian }) => custodian)) ?? [];
  return { vault: identity.name, rehearsal: identity.rehearsal === 1, custodians };
}
