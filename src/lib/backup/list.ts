import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { isConclaveError } from "../errors.ts";
import { ioExplained } from "../host/files.ts";
import { quorumInForce, rootQuorum } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";
import { type HashedBackup, hashBackup } from "./backup-file.ts";
import { parsePlaces } from "./entries.ts";
import { checkpointOf } from "./head.ts";
import { BACKUP_SUFFIX } from "./name.ts";

/** What a file of a directory is, against the chain: only an OK one counts. */
export type BackupState = "OK" | "MISSING" | "ALTERED" | "DUPLICATE" | "UNKNOWN";

/** A backup that is in a directory, or should be. */
export interface ListedBackup {
  file: string;
  state: BackupState;
  /** Why it is not OK. */
  problem: string | null;
  sha256: string | null;
  /** In bytes. */
  size: number | null;
  /** When it was made. */
  created: string | null;
  /** Entries of the audit chain in it. */
  entries: number | null;
  /** Which generation of the root quorum opens it. */
  generation: number | null;
  /** Whether that generation was replaced since: only its old shares open it. Null of what the chain does not tell of. */
  replaced: boolean | null;
  /** When custodians last proved that it opens. */
  proved: string | null;
}

/**
 * Every backup in a directory, each read and hashed, and those that the chain says were written there; by their time.
 * @throws ConclaveError NOT_FOUND, HOST_IO
 */
export async function listBackups(
  vault: Pick<Vault, "reader">,
  directory: string,
  progress?: (done: number, total: number) => void,
): Promise<ListedBackup[]> {
  const { reader } = vault;
  const path = resolve(directory);
  const inForce = (await quorumInForce(reader, (await rootQuorum(reader)).id)).manifestHash;
  const rows = await Array.fromAsync(reader.rows("backups"));
  const files = backupsIn(path);
  const found: ListedBackup[] = [];
  for (const [i, file] of files.entries()) {
    found.push(examine(path, file, rows, inForce));
    progress?.(i + 1, files.length);
  }
  markDuplicates(found, rows);
  const seen = new Set(found.map(({ sha256 }) => sha256));
  const names = new Set(found.map(({ file }) => file));
  for (const row of rows) {
    if (seen.has(row.sha256) || names.has(row.name) || !parsePlaces(row.places).includes(path)) continue;
    found.push({ file: row.name, state: "MISSING", problem: "it was written here", ...described(row, inForce) });
  }
  return found.sort((a, b) => compare(a.created ?? "", b.created ?? "") || compare(a.file, b.file));
}

/** Names of files that may be backups; links and folders are none. @throws ConclaveError NOT_FOUND, HOST_IO */
export function backupsIn(directory: string): string[] {
  const names = ioExplained(directory, () => readdirSync(directory));
  return names
    .filter((name) => name.endsWith(BACKUP_SUFFIX) && !name.startsWith("."))
    .filter((name) => lstatSync(join(directory, name), { throwIfNoEntry: false })?.isFile() === true)
    .sort(compare);
}

function examine(directory: string, file: string, rows: readonly Row<"backups">[], inForce: string): ListedBackup {
  const named = rows.find(({ name }) => name === file);
  let hashed: HashedBackup;
  try {
    hashed = hashBackup(join(directory, file));
  } catch (error) {
    if (!isConclaveError(error)) throw error;
    const problem = error.message.replace(`${join(directory, file)}: `, "");
    if (named === undefined) return { file, state: "UNKNOWN", problem, ...UNDESCRIBED };
    return { file, state: "ALTERED", problem, ...described(named, inForce), sha256: null };
  }
  const told = rows.find(({ sha256 }) => sha256 === hashed.sha256);
  if (told !== undefined) return { file, state: "OK", problem: null, ...described(told, inForce) };
  const said = saysOfItself(hashed);
  if (named !== undefined)
    return { file, state: "ALTERED", problem: "another backup than the chain tells of", ...said };
  return { file, state: "UNKNOWN", problem: "the chain does not tell of it", ...said };
}

/** Of several files of one backup, the one with its name counts, or else the first. */
function markDuplicates(found: ListedBackup[], rows: readonly Row<"backups">[]): void {
  for (const { sha256, name } of rows) {
    const same = found.filter((other) => other.sha256 === sha256);
    const first = same.find(({ file }) => file === name) ?? same[0];
    for (const other of same) {
      if (other === first) continue;
      other.state = "DUPLICATE";
      other.problem = `the same as ${first?.file}`;
    }
  }
}

type Described = Omit<ListedBackup, "file" | "state" | "problem">;

const UNDESCRIBED: Described = {
  sha256: null,
  size: null,
  created: null,
  entries: null,
  generation: null,
  replaced: null,
  proved: null,
};

function described(row: Row<"backups">, inForce: string): Described {
  const { sha256, size, created, entries, generation, proved, manifestHash } = row;
  return { sha256, size, created, entries, generation, replaced: manifestHash !== inForce, proved };
}

function saysOfItself({ sha256, size, head }: HashedBackup): Described {
  const { time: created } = head;
  const { size: entries } = checkpointOf(head);
  const { generation } = head.manifest;
  return { sha256, size, created, entries, generation, replaced: null, proved: null };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The newest backup that the chain tells of. */
export async function lastBackup(reader: Reader): Promise<Row<"backups"> | undefined> {
  const sequence = await reader.largest("backups", "sequence", {});
  return sequence === undefined ? undefined : reader.find("backups", { sequence });
}
