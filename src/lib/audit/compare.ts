import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { IntegrityError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import { BLOB_COLUMNS, PRIMARY_KEYS, PROJECTIONS, type Row, type TableName } from "../storage/tables.ts";

/** How many faults a message names before it says "and more". */
const NAMED = 5;

/**
 * Compare each projection with what replay made of the chain.
 * @throws IntegrityError naming the first table, row and column that differ
 */
export async function compareProjections(found: Reader, wanted: Reader): Promise<void> {
  for (const table of PROJECTIONS) {
    const left = found.rows(table)[Symbol.asyncIterator]();
    const right = wanted.rows(table)[Symbol.asyncIterator]();
    for (;;) {
      const [a, b] = [await left.next(), await right.next()];
      if (a.done === true && b.done === true) break;
      compareRows(table, a.value, b.value);
    }
  }
}

function compareRows<T extends TableName>(table: T, found: Row<T> | undefined, wanted: Row<T> | undefined): void {
  if (found === undefined && wanted !== undefined) {
    throw new IntegrityError(rowName(table, wanted), "the row is missing: the audit chain has it");
  }
  if (found === undefined || wanted === undefined) {
    throw new IntegrityError(
      found === undefined ? table : rowName(table, found),
      "a row that the audit chain does not have",
    );
  }
  const order = compareKeys(table, found, wanted);
  if (order > 0) throw new IntegrityError(rowName(table, wanted), "the row is missing: the audit chain has it");
  if (order < 0) throw new IntegrityError(rowName(table, found), "a row that the audit chain does not have");

  const is: { [column: string]: unknown } = { ...found };
  for (const [column, should] of Object.entries(wanted)) {
    if (is[column] !== should) {
      throw new IntegrityError(
        `${rowName(table, wanted)}, column ${column}`,
        `is ${short(is[column])}, the audit chain says ${short(should)}`,
      );
    }
  }
}

/**
 * Compare the sealed blobs with the hashes that the tables name.
 * @throws IntegrityError naming whose blobs are altered, missing or nobody's
 */
export async function compareBlobs(reader: Reader): Promise<void> {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const { table, column } of BLOB_COLUMNS) {
    for await (const row of reader.rows(table)) owners.set(row[column], await ownerName(reader, table, row));
  }
  for await (const { hash, bytes } of reader.rows("blobs")) {
    const owner = owners.get(hash);
    owners.delete(hash);
    if (owner === undefined) problems.push(`blob ${hash.slice(0, 16)} belongs to nothing`);
    else if (hex(sha256(bytes)) !== hash) problems.push(`the ciphertext of ${owner} is altered`);
  }
  for (const owner of owners.values()) problems.push(`the ciphertext of ${owner} is missing`);
  if (problems.length === 0) return;

  const more = problems.length > NAMED ? ` and ${problems.length - NAMED} more` : "";
  throw new IntegrityError("blobs", `${problems.slice(0, NAMED).join("; ")}${more}`);
}

async function ownerName(
  reader: Reader,
  table: "keks" | "keyVersions",
  row: Row<"keks"> | Row<"keyVersions">,
): Promise<string> {
  if ("keyring" in row) {
    const keyring = await reader.find("keyrings", { id: row.keyring });
    return `KEK version ${row.version} of keyring ${keyring?.name ?? row.keyring}`;
  }
  const key = await reader.find("keys", { id: row.key });
  return `key ${key?.name ?? row.key} version ${row.version} (${table})`;
}

function rowName<T extends TableName>(table: T, row: Row<T>): string {
  const columns: { [column: string]: unknown } = { ...row };
  return `${table} ${PRIMARY_KEYS[table].map((column) => String(columns[column])).join("/")}`;
}

function compareKeys<T extends TableName>(table: T, a: Row<T>, b: Row<T>): number {
  const left: { [column: string]: unknown } = { ...a };
  const right: { [column: string]: unknown } = { ...b };
  for (const column of PRIMARY_KEYS[table]) {
    const order = compareValues(left[column], right[column]);
    if (order !== 0) return order;
  }
  return 0;
}

/** In SQLite's order for text (binary) and integers. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function short(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
