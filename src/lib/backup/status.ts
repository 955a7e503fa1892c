import { parseEntry } from "../audit/entry.ts";
import type { Vault } from "../vault/vault.ts";
import { lastBackup } from "./list.ts";

/** What a vault says of its backups, not verified. */
export interface BackupStatus {
  /** The newest backup; null if there is none. */
  lastBackup: { name: string; created: string; entries: number } | null;
  /** When a restore was last proved, by `backup verify --deep` or by a restore; null if never. */
  restoreProved: string | null;
  /** Custodians in force without a proof since the last restore: their machines may still obey the host before. */
  unprovedSinceRestore: string[];
}

export async function backupStatus({ reader }: Pick<Vault, "reader">): Promise<BackupStatus> {
  const last = await lastBackup(reader);
  let restoreProved: string | null = null;
  for await (const { proved } of reader.rows("backups"))
    if (proved !== null && (restoreProved === null || proved > restoreProved)) restoreProved = proved;
  return {
    lastBackup: last === undefined ? null : { name: last.name, created: last.created, entries: last.entries },
    restoreProved,
    unprovedSinceRestore: await unprovedSinceRestore(reader),
  };
}

async function unprovedSinceRestore(reader: Vault["reader"]): Promise<string[]> {
  const sequence = await reader.largest("restores", "sequence", {});
  if (sequence === undefined) return [];
  const restored = await reader.find("entries", { sequence });
  const time = restored === undefined ? "" : parseEntry(restored.text, sequence).time;
  const names = new Set<string>();
  for await (const { quorum, generation } of reader.rows("generations", { where: { state: "active" } })) {
    for await (const { custodian, proved } of reader.rows("seats", { where: { quorum, generation } }))
      if (proved === null || proved < time) names.add(custodian);
  }
  return [...names].sort();
}
