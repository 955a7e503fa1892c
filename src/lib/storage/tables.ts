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
    state: GenerationState;
    manifest: string;
    manifestHash: string;
    /** Signed documents by which custodians went over to other keys, a JSON array. */
    handovers: string;
    created: string;
    /** When it came into force; null until then. */
    activated: string | null;
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
    cryptoperiodSeconds: number | null;
    created: string;
    /** Those of the current version, here to be found fast. */
    state: StoredKeyState;
    activateAt: string | null;
    deactivateAt: string | null;
    /** When the current version's cryptoperiod ends. */
    rotateAt: string | null;
  };
  /** Every name that a key ever had: a name is given once, for ever. */
  keyNames: { keyring: string; name: string; key: string };
  keyTags: { key: string; name: string; value: string };
  keyVersions: {
    key: string;
    version: number;
    state: StoredKeyState;
    /** While suspended: the state to resume to. */
    stateBefore: StoredKeyState | null;
    /** Whether it was compromised, remembered when it is destroyed. */
    compromised: 0 | 1;
    activateAt: string | null;
    deactivateAt: string | null;
    kekVersion: number;
    /** Null once destroyed. */
    blob: string | null;
    checkValue: string | null;
    publicKey: string | null;
    fingerprint: string | null;
    created: string;
    /** Time of the last transition. */
    changed: string;
  };
  /** Versions of keys that were brought from outside: by which entry, and how each was written. */
  imports: { key: string; version: number; sequence: number; format: ImportFormat };
  /** Plans that were executed or cancelled, and at which entry: an id is used once. */
  plans: { id: string; digest: string; outcome: "executed" | "cancelled"; sequence: number };
  /** Backups that were made, by the SHA-256 of the file. */
  backups: {
    sha256: string;
    name: string;
    size: number;
    /** Time of the entry that tells of it, and its sequence. */
    created: string;
    sequence: number;
    /** Entries that its chain has. */
    entries: number;
    /** The generation of the root quorum that opens it. */
    generation: number;
    manifestHash: string;
    /** Canonical JSON: where it was written and was not pruned since, directories by their paths. */
    places: string;
    /** When custodians last proved that it opens. */
    proved: string | null;
  };
  /** Each restore, at its entry: which host and epoch it replaced, and of what. */
  restores: { sequence: number; sha256: string; hostKey: string; epoch: string; entries: number };
  /** Ceremonies that came to their end, each at its entry. */
  ceremonies: {
    run: string;
    name: string;
    /** SHA-256 of the script's file, and of the transcript's text. */
    script: string;
    outcome: "proven" | "unproven" | "nothing to prove" | "aborted";
    transcript: string;
    sequence: number;
    ended: string;
  };
}

/** Pending until all of its custodians proved; then in force until the next one is, or cancelled. */
export type GenerationState = "pending" | "active" | "replaced" | "cancelled";

/** A key version's state as its last transition left it; dates may have moved it on. */
type StoredKeyState = "pre-active" | "active" | "suspended" | "deactivated" | "compromised" | "destroyed";

/** How an imported key came: as a file of a format, typed in components, wrapped to a key of the vault, or sent by another vault. */
export type ImportFormat = "pem" | "der" | "jwk" | "raw" | "hex" | "components" | "wrapped" | "transfer";

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
  keyNames: ["keyring", "name"],
  keyTags: ["key", "name"],
  keyVersions: ["key", "version"],
  imports: ["key", "version"],
  plans: ["id"],
  backups: ["sha256"],
  restores: ["sequence"],
  ceremonies: ["run"],
} as const satisfies { [T in TableName]: readonly Column<T>[] };

/** What no two rows of a table have in common, beside the primary key. */
export const UNIQUE: { readonly [T in TableName]?: readonly (readonly Column<T>[])[] } = {
  quorums: [["name"]],
  keyrings: [["name"]],
  keys: [["keyring", "name"]],
};

/** Columns that hold the primary key of a row of another table, which must be there. */
export const REFERENCES: {
  readonly [T in TableName]?: readonly { readonly columns: readonly Column<T>[]; readonly table: TableName }[];
} = {
  generations: [{ columns: ["quorum"], table: "quorums" }],
  seats: [{ columns: ["quorum", "generation"], table: "generations" }],
  keyrings: [{ columns: ["quorum"], table: "quorums" }],
  keks: [{ columns: ["keyring"], table: "keyrings" }],
  keys: [{ columns: ["keyring"], table: "keyrings" }],
  keyNames: [
    { columns: ["keyring"], table: "keyrings" },
    { columns: ["key"], table: "keys" },
  ],
  keyTags: [{ columns: ["key"], table: "keys" }],
  keyVersions: [{ columns: ["key"], table: "keys" }],
  imports: [{ columns: ["key", "version"], table: "keyVersions" }],
};

/** The tables that projectors write from entries; replay compares every row of them. */
export const PROJECTIONS = [
  "vault",
  "quorums",
  "generations",
  "seats",
  "keyrings",
  "keks",
  "keys",
  "keyNames",
  "keyTags",
  "keyVersions",
  "imports",
  "plans",
  "backups",
  "restores",
  "ceremonies",
] as const satisfies readonly TableName[];

/** The columns that name a blob: every blob is named by one of them, and every name has its blob. */
export const BLOB_COLUMNS = [
  { table: "keks", column: "blob" },
  { table: "keyVersions", column: "blob" },
] as const satisfies readonly { table: TableName; column: "blob" }[];
