import { existsSync, readdirSync } from "node:fs";
import { parseEntry } from "../../src/lib/audit/entry.ts";
import type { SeenHead } from "../../src/lib/audit/verify.ts";
import { isConclaveError } from "../../src/lib/errors.ts";
import { findUnfinished } from "../../src/lib/quorum/unfinished.ts";
import { verifyVault } from "../../src/lib/quorum/verify-vault.ts";
import type { Reader } from "../../src/lib/storage/storage.ts";
import { PROJECTIONS, type TableName } from "../../src/lib/storage/tables.ts";
import { openVault, type Surroundings } from "../../src/lib/vault/vault.ts";

/** Rows of each projection, as canonical text. */
export type Projections = Readonly<Record<string, readonly string[]>>;

/** What is in a folder where a vault is, or is to be. */
export type CanonicalState =
  | { kind: "nothing" | "debris" }
  /** Verified; these have proved, those have not. */
  | { kind: "pending"; proved: readonly string[]; projections: Projections }
  /** Verified, every signature too. */
  | {
      kind: "in force";
      projections: Projections;
      /** `plan.refuse` entries. */
      refusals: number;
      anchor: SeenHead | undefined;
      /** Names of the folder's files. */
      files: readonly string[];
    };

/**
 * Verify what is in the folder and say what it means; the vault's own files are changed only as a reader may, who rolls back
 * what a dead writer left.
 *
 * @throws ConclaveError INTEGRITY and all else that no command may leave behind
 */
export async function canonicalState(path: string, surroundings: Surroundings): Promise<CanonicalState> {
  const unfinished = await unfinishedState(path, surroundings);
  if (unfinished !== undefined && unfinished.kind !== "pending") return unfinished;

  await using vault = await openVault(path, surroundings);
  const anchor = vault.anchor()?.head; // before the verification moves it
  await verifyVault(vault, { genesis: undefined, checkpoint: undefined, full: true, acceptRecovery: [] });
  const projections = await projectionsOf(vault.reader);
  if (unfinished !== undefined) return { ...unfinished, projections };
  return {
    kind: "in force",
    projections,
    refusals: await refusalsOf(vault.reader),
    anchor,
    files: filesIn(path),
  };
}

/** Every row of every table that the audit chain makes. */
export async function projectionsOf(reader: Reader): Promise<Projections> {
  const tables: [string, string[]][] = [];
  for (const table of PROJECTIONS) tables.push([table, await rowsOf(reader, table)]);
  return Object.fromEntries(tables);
}

/** Names in a folder, hidden ones too; none if there is no folder. */
export function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

async function unfinishedState(path: string, surroundings: Surroundings) {
  try {
    const found = await findUnfinished(path, surroundings);
    return found.kind === "pending" ? { kind: found.kind, proved: found.proved } : { kind: found.kind };
  } catch (error) {
    if (isConclaveError(error, "EXISTS")) return undefined;
    throw error;
  }
}

async function rowsOf(reader: Reader, table: TableName): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of reader.rows(table)) rows.push(JSON.stringify(row));
  return rows;
}

async function refusalsOf(reader: Reader): Promise<number> {
  let count = 0;
  for await (const { sequence, text } of reader.rows("entries")) {
    if (parseEntry(text, sequence).type === "plan.refuse") count++;
  }
  return count;
}
