import { sha256Hex } from "../crypto/digest.ts";
import { IntegrityError } from "../errors.ts";
import type { MemoryTables } from "../storage/memory.ts";
import type { Reader } from "../storage/storage.ts";
import { BLOB_COLUMNS, PRIMARY_KEYS, PROJECTIONS, type Row, type TableName } from "../storage/tables.ts";

/** How many faults a message names before it says "and more". */
const NAMED = 5;

/**
 * Compare each projection with what replay made of the chain, and the sealed blobs with the hashes that both name.
 *
 * @param wanted emptied by it
 * @throws IntegrityError naming the first table, row and column that differ, or whose blobs are altered, missing or nobody's
 */
export async function compareTables(found: Reader, wanted: MemoryTables): Promise<void> {
  const owners = new Map<string, BlobOwner>();
  for (const table of PROJECTIONS) {
    const owning = BLOB_COLUMNS.some((column) => column.table === table);
    for await (const rows of found.portions(table)) {
      for (const row of rows) {
        const should = wanted.take(table, row);
        compareRow(table, row, should);
        if (owning && should !== undefined && "blob" in should && should.blob !== null) owners.set(should.blob, should);
      }
    }
    const missing = await wanted.find(table, {});
    if (missing !== undefined)
      throw new IntegrityError(rowName(table, missing), "the row is missing: the audit chain has it");
  }
  await compareBlobs(found, owners);
}

function compareRow<T extends TableName>(table: T, found: Row<T>, wanted: Row<T> | undefined): void {
  if (wanted === undefined) throw new IntegrityError(rowName(table, found), "a row that the audit chain does not have");
  for (const column in found) {
    if (found[column] === wanted[column]) continue;
    throw new IntegrityError(
      `${rowName(table, wanted)}, column ${column}`,
      `is ${short(found[column])}, the audit chain says ${short(wanted[column])}`,
    );
  }
}

async function compareBlobs(reader: Reader, owners: Map<string, BlobOwner>): Promise<void> {
  const problems: string[] = [];
  for await (const rows of reader.portions("blobs")) {
    for (const { hash, bytes } of rows) {
      const owner = owners.get(hash);
      owners.delete(hash);
      if (owner === undefined) problems.push(`blob ${hash.slice(0, 16)} belongs to nothing`);
      else if (sha256Hex(bytes) !== hash)
        problems.push(`the ciphertext of ${await ownerName(reader, owner)} is altered`);
    }
  }
  for (const owner of owners.values()) {
    if (problems.length <= NAMED) problems.push(`the ciphertext of ${await ownerName(reader, owner)} is missing`);
  }
  if (problems.length === 0) return;

  const more = problems.length > NAMED ? ` and ${problems.length - NAMED} more` : "";
  throw new IntegrityError("blobs", `${problems.slice(0, NAMED).join("; ")}${more}`);
}

type BlobOwner = Row<(typeof BLOB_COLUMNS)[number]["table"]>;

async function ownerName(reader: Reader, row: BlobOwner): Promise<string> {
  if ("keyring" in row) {
    const keyring = await reader.find("keyrings", { id: row.keyring });
    return `KEK version ${row.version} of keyring ${keyring?.name ?? row.keyring}`;
  }
  const key = await reader.find("keys", { id: row.key });
  return `key ${key?.name ?? row.key} version ${row.version}`;
}

function rowName<T extends TableName>(table: T, row: Row<T>): string {
  const columns: { [column: string]: unknown } = { ...row };
  return `${table} ${PRIMARY_KEYS[table].map((column) => String(columns[column])).join("/")}`;
}

function short(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
