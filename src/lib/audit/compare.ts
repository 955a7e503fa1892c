import { sha256Hex } from "../crypto/digest.ts";
import { IntegrityError } from "../errors.ts";
import type { BlobOwner, BlobOwners } from "../storage/blob-owners.ts";
import type { ReplayTables } from "../storage/replay-tables.ts";
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
export async function compareTables(found: Reader, wanted: ReplayTables): Promise<void> {
  const owners = wanted.blobOwners();
  for (const table of PROJECTIONS) {
    const owning = BLOB_COLUMNS.some((column) => column.table === table);
    for await (const rows of found.portions(table)) {
      for (const row of rows) {
        const should = wanted.take(table, row);
        compareRow(table, row, should);
        if (owning && should !== undefined && "blob" in should && should.blob !== null) owners.add(should.blob, should);
      }
    }
    const missing = wanted.left(table);
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

async function compareBlobs(reader: Reader, owners: BlobOwners): Promise<void> {
  const problems: string[] = [];
  let more = 0;
  const problem = (what: string) => {
    if (problems.length < NAMED) problems.push(what);
    else more += 1;
  };
  for await (const rows of reader.portions("blobs")) {
    for (const { hash, bytes } of rows) {
      const owner = owners.take(hash);
      if (owner === undefined) problem(`blob ${hash.slice(0, 16)} belongs to nothing`);
      else if (sha256Hex(bytes) !== hash) problem(`the ciphertext of ${await ownerName(reader, owner)} is altered`);
    }
  }
  for (const owner of owners.left(NAMED + 1)) {
    if (more === 0) problem(`the ciphertext of ${await ownerName(reader, owner)} is missing`);
  }
  if (problems.length === 0) return;

  throw new IntegrityError("blobs", `${problems.join("; ")}${more > 0 ? ` and ${more} more` : ""}`);
}

async function ownerName(reader: Reader, owner: BlobOwner): Promise<string> {
  if ("keyring" in owner) {
    const keyring = await reader.find("keyrings", { id: owner.keyring });
    return `KEK version ${owner.version} of keyring ${keyring?.name ?? owner.keyring}`;
  }
  const key = await reader.find("keys", { id: owner.key });
  return `key ${key?.name ?? owner.key} version ${owner.version}`;
}

function rowName<T extends TableName>(table: T, row: Row<T>): string {
  const columns: { [column: string]: unknown } = { ...row };
  return `${table} ${PRIMARY_KEYS[table].map((column) => String(columns[column])).join("/")}`;
}

function short(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
