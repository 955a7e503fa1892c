import { existsSync } from "node:fs";
import { openCheckpoint } from "../audit/checkpoint.ts";
import { DAY, timestamp } from "../clock.ts";
import { IntegrityError } from "../errors.ts";
import type { GenerationState } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";
import { listOpenPlans } from "./open-plans.ts";
import { currentGenerations, everyGeneration } from "./state.ts";

/** How long a proof says that a share is still there. */
const PROOF_AGE = 90 * DAY;

export interface QuorumStatus {
  name: string;
  generation: number;
  state: GenerationState;
  threshold: number;
  custodians: number;
  /** Custodians with a proof in the last 90 days. */
  proved: number;
  unproved: string[];
  /** How many of those that proved may lose their share before the quorum can't be met: below 0, it may be lost. */
  margin: number;
}

/** What a vault says of itself, not verified. */
export interface VaultStatus {
  vault: string;
  name: string;
  path: string;
  epoch: string;
  genesis: string;
  rehearsal: boolean;
  /** Whether this machine remembers the vault, so that an older copy of it would be refused. */
  anchored: boolean;
  quorums: QuorumStatus[];
  /** Share files that lie on this host where they were written, of generations that are over. */
  leftOverShares: string[];
  /** Plans that wait for approvals. */
  openPlans: number;
  /** Head of the audit chain, as its signed checkpoint says. */
  head: { size: number; root: string };
}

/** @throws IntegrityError a checkpoint that this host did not sign, or an anchor of another vault */
export async function vaultStatus(vault: Vault): Promise<VaultStatus> {
  const { reader, identity, path } = vault;
  const note = (await reader.find("checkpoint", { id: 1 }))?.note ?? "";
  const head = openCheckpoint(note, identity.hostKey);
  if (head === undefined)
    throw new IntegrityError("checkpoint", "missing, altered, or not signed by this vault's host key");

  return {
    vault: identity.id,
    name: identity.name,
    path,
    epoch: identity.epoch,
    genesis: identity.genesis,
    rehearsal: identity.rehearsal === 1,
    anchored: vault.anchor() !== undefined,
    quorums: await quorumStatus(vault),
    leftOverShares: await leftOverShares(vault),
    openPlans: (await listOpenPlans(vault)).length,
    head: { size: head.size, root: head.root },
  };
}

async function leftOverShares({ reader }: Vault): Promise<string[]> {
  const [over, current] = [new Set<string>(), new Set<string>()];
  for (const { id: quorum, generation, state } of await everyGeneration(reader)) {
    const files = state === "active" || state === "pending" ? current : over;
    for await (const { file } of reader.rows("seats", { where: { quorum, generation } }))
      if (file !== null) files.add(file);
  }
  return [...over].filter((file) => !current.has(file) && existsSync(file)).sort();
}

async function quorumStatus({ reader, clock }: Vault): Promise<QuorumStatus[]> {
  const since = timestamp(new Date(clock().getTime() - PROOF_AGE));
  const quorums: QuorumStatus[] = [];
  for (const { id, name, generation, manifest, state } of await currentGenerations(reader)) {
    const seats = await Array.fromAsync(reader.rows("seats", { where: { quorum: id, generation } }));
    const unproved = seats
      .filter(({ proved }) => proved === null || proved < since)
      .map(({ custodian }) => custodian)
      .sort();
    const { threshold } = manifest;
    const proved = seats.length - unproved.length;
    const margin = proved - threshold;
    quorums.push({ name, generation, state, threshold, custodians: seats.length, proved, unproved, margin });
  }
  return quorums;
}
