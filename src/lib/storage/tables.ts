/** Times are RFC 3339 in UTC; digests and keys lower-case hex; JSON columns canonical JSON. */
export interface Tables {
  entries: { sequence: number; text: string };
  /** One row: the newest signed checkpoint. */
  checkpoint: { id: 1; note: string };
  /** Sealed bytes by their SHA-256. */
  blobs: { hash: string; bytes: Uint8Array };

  vault: {
    id: string;
    name: string;
    epoch: string;
    genesis: string;
    hostKey: string;
    rehearsal: 0 | 1;
    created: string;
    /** Entry of the last `clock.accept`: plans made before it are cancelled. */
    clockAccepted: number | null;
  };
  quorums: { id: string; name: string; created: string };
  generations: {
    quorum: string;
    generation: number;
    state: "pending" | "active";
    manifest: string;
    manifestHash: string;
    created: string;
  };
  /** A custodian's place in one generation of a quorum; `confirmed` and `proved` are times of proofs. */
  seats: {
    quorum: string;
    generation: number;
    x: number;
    custodian: string;
    file: string | null;
    fileHash: string | null;
    confirmed: string | null;
    proved: string | null;
  };
  keyrings: { id: string; name: string; quorum: string; kekVersion: number; created: string };
  /** One wrap of a KEK under one generation of its keyring's quorum. */
  keks: { keyring: string; version: number; generation: number; blob: string; created: string };
  keys: {
    id: string;
    keyring: string;
    name: string;
    algorithm: string;
    version: number;
    usages: string;
    exportable: 0 | 1;
    tags: string;
    cryptoperiodSeconds: number | null;
    created: string;
  };
  keyVersions: {
    key: string;
    version: number;
    state: string;
    kekVersion: number;
    blob: string;
    checkValue: string | null;
    publicKey: string | null;
    fingerprint: string | null;
    created: string;
  };
  /** Plans that were executed or cancelled, and at which entry: an id is used once. */
  plans: { id: string; digest: string; outcome: "executed" | "cancelled"; sequence: number };
}

export type TableName = keyof Tables;
export type Row<T extends TableName> = Tables[T];
export type Column<T extends TableName> = keyof Tables[T] & string;

/** Each table's primary key, which is also the order in which its rows are read. */
export const PRIMARY_KEYS = {
  entries: ["sequence"],
  checkpoint: ["id"],
  blobs: ["hash"],
  vault: ["id"],
  quorums: ["id"],
  generations: ["quorum", "generation"],
  seats: ["quorum", "generation", "x"],
  keyrings: ["id"],
  keks: ["keyring", "version", "generation"],
  keys: ["id"],
  keyVersions: ["key", "version"],
  plans: ["id"],
} as const satisfies { [T in TableName]: readonly Column<T>[] };

/** The tables that projectors write from entries; replay compares every row of them. */
export const PROJECTIONS = [
  "vault",
  "quorums",
  "generations",
  "seats",
  "keyrings",
  "keks",
  "keys",
  "keyVersions",
  "plans",
] as const satisfies readonly TableName[];

/** The columns that name a blob: every blob is named by one of them, and every name has its blob. */
export const BLOB_COLUMNS = [
  { table: "keks", column: "blob" },
  { table: "keyVersions", column: "blob" },
] as const satisfies readonly { table: TableName; column: "blob" }[];
