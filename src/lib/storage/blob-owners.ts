import type { ScratchDatabase } from "./scratch-database.ts";

/** Which row names a blob: a wrap of a KEK, or a key version. */
export type BlobOwner = { keyring: string; version: number } | { key: string; version: number };

/** Whose each blob is, by its hash. */
export interface BlobOwners {
  add(hash: string, owner: BlobOwner): void;
  /** Who names it, once; asked in the order of the hashes, when all were added. */
  take(hash: string): BlobOwner | undefined;
  /** The first of those whose blobs were not taken, as they were added. */
  left(limit: number): BlobOwner[];
}

export class MemoryOwners implements BlobOwners {
  readonly #owners = new Map<string, BlobOwner>();

  add(hash: string, owner: BlobOwner): void {
    this.#owners.set(hash, owner);
  }

  take(hash: string): BlobOwner | undefined {
    const owner = this.#owners.get(hash);
    this.#owners.delete(hash);
    return owner;
  }

  left(limit: number): BlobOwner[] {
    return [...this.#owners.values()].slice(0, limit);
  }
}

/** What `DiskOwners` need of a scratch database. */
export const OWNERS_SCHEMA: readonly string[] = [
  "CREATE TABLE owners (place INTEGER PRIMARY KEY, blob TEXT NOT NULL, keyring TEXT, key TEXT, version INTEGER NOT NULL)",
];

interface OwnerRow {
  place: number;
  blob: string;
  keyring: string | null;
  key: string | null;
  version: number;
}

/** Rows read at once. */
const PORTION = 500;

/** The same on disk. */
export class DiskOwners implements BlobOwners {
  readonly #scratch: ScratchDatabase;
  /** Rows in the order of the hashes, once the first was asked for. */
  #rows: Iterator<OwnerRow> | undefined;
  #next: OwnerRow | undefined;
  #skipped: OwnerRow[] = [];

  /** @param scratch stays the caller's */
  constructor(scratch: ScratchDatabase) {
    this.#scratch = scratch;
  }

  add(hash: string, owner: BlobOwner): void {
    const [keyring, key] = "keyring" in owner ? [owner.keyring, null] : [null, owner.key];
    this.#scratch.run("INSERT INTO owners (blob, keyring, key, version) VALUES (?, ?, ?, ?)", [
      hash,
      keyring,
      key,
      owner.version,
    ]);
  }

  take(hash: string): BlobOwner | undefined {
    if (this.#rows === undefined) this.#advance();
    for (let next = this.#next; next !== undefined && next.blob <= hash; next = this.#next) {
      this.#advance();
      if (next.blob === hash) return ownerOf(next);
      this.#skip(next, PORTION);
    }
    return undefined;
  }

  left(limit: number): BlobOwner[] {
    if (this.#rows === undefined) this.#advance();
    for (; this.#next !== undefined; this.#advance()) this.#skip(this.#next, limit);
    return this.#skipped
      .sort((a, b) => a.place - b.place)
      .slice(0, limit)
      .map(ownerOf);
  }

  #advance(): void {
    this.#rows ??= this.#inOrder();
    const { value, done } = this.#rows.next();
    this.#next = done === true ? undefined : value;
  }

  /** Keep `limit` of those that were added first, at least. */
  #skip(row: OwnerRow, limit: number): void {
    this.#skipped.push(row);
    if (this.#skipped.length > 2 * limit)
      this.#skipped = this.#skipped.sort((a, b) => a.place - b.place).slice(0, limit);
  }

  /** One for each blob. */
  *#inOrder(): Generator<OwnerRow> {
    this.#scratch.run("CREATE INDEX byBlob ON owners (blob, keyring, key, version)", []);
    const sql = `SELECT * FROM owners WHERE blob > ? ORDER BY blob LIMIT ${PORTION}`;
    for (let last = ""; ; ) {
      const rows = this.#scratch.all(sql, [last]) as OwnerRow[];
      for (const row of rows) {
        if (row.blob > last) yield row;
        last = row.blob;
      }
      if (rows.length < PORTION) return;
    }
  }
}

function ownerOf({ keyring, key, version }: OwnerRow): BlobOwner {
  return keyring === null ? { key: key ?? "", version } : { keyring, version };
}
