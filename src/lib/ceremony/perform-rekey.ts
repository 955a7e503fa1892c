import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Line, PlannedAction } from "../quorum/action.ts";
import { cancelGeneration } from "../quorum/cancel-generation.ts";
import { proveShares } from "../quorum/prove.ts";
import { nextGeneration, quorumRekey } from "../quorum/rekey.ts";
import { checkSeatRequest } from "../quorum/seat-request.ts";
import {
  type KnownGeneration,
  pendingGeneration,
  quorumInForce,
  requireQuorum,
  unprovedSeats,
} from "../quorum/state.ts";
import type { Vault } from "../vault/vault.ts";
import { rekeySchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { shareLines } from "./perform-genesis.ts";
import { type ExecutedStep, performPlan } from "./perform-plan.ts";
import { plansOf } from "./progress.ts";
import type { StepResult } from "./stage.ts";

/** New shares of a quorum, as `quorum rekey` makes them; then each custodian proves the own one. */
export async function performRekey(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const asked = parseValues(ceremony, index, rekeySchema);
  await using vault = await vaultOf(ceremony);
  const { id, name } = await requireQuorum(vault.reader, asked.quorum);
  await dropTorn(ceremony, index, vault, id, name);
  const executed = await performPlan(
    ceremony,
    index,
    vault,
    async () => [await planRekey(ceremony, vault, asked, id)],
    { counts: (done) => hasCounted(done, vault, id) },
  );
  if (executed === undefined) return undefined;
  const pending = await pendingGeneration(vault.reader, id);
  if (pending !== undefined) {
    const custodians = pending.manifest.custodians.map((seat) => seat.name);
    const { name: called, rehearsal } = vault.identity;
    await proveShares(vault, id, ceremony.stage.founding({ vault: called, rehearsal: rehearsal === 1, custodians }));
  }
  const waits = await pendingGeneration(vault.reader, id);
  if (waits !== undefined) {
    await ceremony.stage.proofsAwaited(await unprovedSeats(vault.reader, id, waits.generation));
    return undefined;
  }
  return { lines: await rekeyLines(vault, await quorumInForce(vault.reader, id), executed.plan) };
}

async function planRekey(
  { stage }: Ceremony,
  vault: Vault,
  asked: Parameters<Ceremony["stage"]["newSeats"]>[0],
  id: string,
): Promise<PlannedAction> {
  const inForce = await quorumInForce(vault.reader, id);
  const { threshold, custodians } = await stage.newSeats(asked, vault.identity.rehearsal === 1, true, inForce);
  checkSeatRequest(vault.path, threshold, custodians);
  const parameters = {
    quorum: { id, name: inForce.name },
    before: {
      generation: inForce.generation,
      threshold: inForce.manifest.threshold,
      custodians: inForce.seats.map((seat) => seat.name),
    },
    generation: await nextGeneration(vault.reader, id),
    threshold,
    custodians: custodians.map((seat) => ({ ...seat, shareFile: resolve(seat.shareFile) })),
  };
  return { action: quorumRekey.name, parameters };
}

/** A crash between the commit and the share files left a generation that nobody can prove: it is given up. */
async function dropTorn({ log }: Ceremony, index: number, vault: Vault, id: string, name: string): Promise<void> {
  const pending = await pendingGeneration(vault.reader, id);
  if (pending === undefined || plansOf(log, index).length === 0) return;
  const { generation } = pending;
  for await (const { file, confirmed } of vault.reader.rows("seats", { where: { quorum: id, generation } })) {
    if (confirmed !== null || (file !== null && existsSync(file))) continue;
    await cancelGeneration(vault, name, "its share files were not written: the ceremony was cut off");
    return;
  }
}

/** Whether the generation that an executed plan made was not given up since. */
export async function hasCounted(executed: ExecutedStep, vault: Vault, quorum: string): Promise<boolean> {
  const row = await vault.reader.find("generations", { quorum, generation: generationMade(executed) });
  return row !== undefined && row.state !== "cancelled";
}

/** The generation that an executed plan made. */
export function generationMade({ entries }: ExecutedStep): number {
  const effect = entries.find(({ type }) => type === quorumRekey.name);
  const manifest = effect?.data["manifest"] as { generation?: number } | undefined;
  return manifest?.generation ?? 0;
}

async function rekeyLines(vault: Vault, inForce: KnownGeneration, plan: string): Promise<Line[]> {
  const { id, name, generation, manifest } = inForce;
  return [
    {
      label: "Quorum",
      value: `${name}, generation ${generation}: ${manifest.threshold} of ${manifest.custodians.length}, in force`,
    },
    { label: "Plan", value: plan },
    ...(await shareLines(vault.reader, id, generation)),
  ];
}
