import { join, resolve } from "node:path";
import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { ioExplained, removeIfThere, syncDirectory } from "../host/files.ts";
import { actor } from "../quorum/actor.ts";
import type { Vault } from "../vault/vault.ts";
import { backupPrune } from "./entries.ts";
import { type ListedBackup, listBackups } from "./list.ts";
import { keptBy, type Retention } from "./retention.ts";

/** What pruning does with one backup. */
export interface Pruned extends ListedBackup {
  /** Rules that keep it; `good` where it is the last good one. None: it goes. */
  kept: string[];
}

/** What `prune` did, or would do. */
export interface Pruning {
  /** Good backups, the newest first. */
  backups: Pruned[];
  /** Files that are no good backups of this vault: left alone. */
  ignored: ListedBackup[];
  /** Sequence of the entry that tells of it; null if nothing went. */
  entry: number | null;
}

/**
 * Remove the backups from a directory that no rule keeps. Only those count, and go, that the verified chain tells of,
 * whole and unaltered; the newest good one never goes. The chain tells of it before the first file goes.
 *
 * @throws ConclaveError USAGE: no rule; INTEGRITY, NOT_FOUND, HOST_IO
 */
export async function pruneBackups(
  vault: Vault,
  directory: string,
  retention: Retention,
  dryRun: boolean,
): Promise<Pruning> {
  if (Object.values(retention).every((count) => count === 0)) {
    throw new ConclaveError("USAGE", "no rule says what to keep: everything would go", {
      suggestions: ["Give --keep-last, --keep-daily, --keep-weekly, --keep-monthly or --keep-yearly"],
    });
  }
  await vault.verify();
  const path = resolve(directory);
  const listed = await listBackups(vault, path);
  const good = listed.filter(({ state }) => state === "OK").toReversed();
  const rules = keptBy(
    good.map(({ created }) => new Date(created ?? "")),
    retention,
  );
  const backups = good.map((backup, i): Pruned => {
    const kept = rules[i] ?? [];
    return { ...backup, kept: i === 0 && kept.length === 0 ? ["good"] : kept };
  });
  const going = backups.filter(({ kept }) => kept.length === 0);
  const ignored = listed.filter(({ state }) => state !== "OK");
  if (dryRun || going.length === 0) return { backups, ignored, entry: null };

  const entry = await record(vault, path, going);
  for (const { file } of going) ioExplained(path, () => removeIfThere(join(path, file)));
  syncDirectory(path);
  return { backups, ignored, entry };
}

async function record(vault: Vault, place: string, going: readonly ListedBackup[]): Promise<number> {
  const { id, epoch } = vault.identity;
  const removed = going.flatMap(({ sha256 }) => sha256 ?? []);
  return vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(vault.clock()), actor(), {
      type: backupPrune.type,
      data: { place, removed },
    }),
  );
}
