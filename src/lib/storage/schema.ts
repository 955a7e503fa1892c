/** "CNCL": marks the file as a Conclave vault (SQLite's application_id). */
export const APPLICATION_ID = 0x43_4e_43_4c;

/** Number of the layout below (SQLite's user_version). A new layout is a replay into a new file. */
export const SCHEMA_VERSION = 1;

/**
 * The whole schema, one statement a table. An existing file must hold these texts, verbatim and
 * nothing else, before any other query is made: a planted trigger, view or index is refused.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT`,
  `CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  note TEXT NOT NULL
) STRICT`,
  `CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE vault (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  epoch TEXT NOT NULL,
  genesis TEXT NOT NULL,
  hostKey TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  created TEXT NOT NULL,
  clockAccepted INTEGER
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE quorums (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created TEXT NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE generations (
  quorum TEXT NOT NULL REFERENCES quorums (id),
  generation INTEGER NOT NULL,
  state TEXT NOT NULL,
  manifest TEXT NOT NULL,
  manifestHash TEXT NOT NULL,
  handovers TEXT NOT NULL,
  created TEXT NOT NULL,
  activated TEXT,
  PRIMARY KEY (quorum, generation)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE seats (
  quorum TEXT NOT NULL,
  generation INTEGER NOT NULL,
  x INTEGER NOT NULL,
  custodian TEXT NOT NULL,
  file TEXT,
  fileHash TEXT,
  confirmed TEXT,
  proved TEXT,
  PRIMARY KEY (quorum, generation, x),
  FOREIGN KEY (quorum, generation) REFERENCES generations (quorum, generation)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keyrings (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  quorum TEXT NOT NULL REFERENCES quorums (id),
  kekVersion INTEGER NOT NULL,
  created TEXT NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keks (
  keyring TEXT NOT NULL REFERENCES keyrings (id),
  version INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  blob TEXT NOT NULL,
  created TEXT NOT NULL,
  PRIMARY KEY (keyring, version, generation)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  keyring TEXT NOT NULL REFERENCES keyrings (id),
  name TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  version INTEGER NOT NULL,
  usages TEXT NOT NULL,
  exportable INTEGER NOT NULL,
  cryptoperiodSeconds INTEGER,
  created TEXT NOT NULL,
  state TEXT NOT NULL,
  activateAt TEXT,
  deactivateAt TEXT,
  rotateAt TEXT,
  UNIQUE (keyring, name)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keyNames (
  keyring TEXT NOT NULL REFERENCES keyrings (id),
  name TEXT NOT NULL,
  key TEXT NOT NULL REFERENCES keys (id),
  PRIMARY KEY (keyring, name)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keyTags (
  key TEXT NOT NULL REFERENCES keys (id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key, name)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE keyVersions (
  key TEXT NOT NULL REFERENCES keys (id),
  version INTEGER NOT NULL,
  state TEXT NOT NULL,
  stateBefore TEXT,
  compromised INTEGER NOT NULL,
  activateAt TEXT,
  deactivateAt TEXT,
  kekVersion INTEGER NOT NULL,
  blob TEXT,
  checkValue TEXT,
  publicKey TEXT,
  fingerprint TEXT,
  created TEXT NOT NULL,
  changed TEXT NOT NULL,
  PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE imports (
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  format TEXT NOT NULL,
  PRIMARY KEY (key, version),
  FOREIGN KEY (key, version) REFERENCES keyVersions (key, version)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE plans (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  outcome TEXT NOT NULL,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE backups (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  created TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  manifestHash TEXT NOT NULL,
  places TEXT NOT NULL,
  proved TEXT
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE restores (
  sequence INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  hostKey TEXT NOT NULL,
  epoch TEXT NOT NULL,
  entries INTEGER NOT NULL
) STRICT`,
  `CREATE TABLE ceremonies (
  run TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  script TEXT NOT NULL,
  outcome TEXT NOT NULL,
  transcript TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  ended TEXT NOT NULL
) STRICT, WITHOUT ROWID`,
];

/** Only to find rows fast; nothing that matters rests on them. */
export const INDEXES: readonly string[] = [
  "CREATE INDEX plansInOrder ON plans (outcome, sequence)",
  "CREATE INDEX keysInKeyring ON keys (keyring, id)",
  "CREATE INDEX keysToActivate ON keys (state, activateAt, deactivateAt, rotateAt)",
  "CREATE INDEX keysToDeactivate ON keys (state, deactivateAt, rotateAt)",
  "CREATE INDEX keysToRotate ON keys (state, rotateAt)",
  "CREATE INDEX tagged ON keyTags (name, value, key)",
  "CREATE INDEX wrappedUnder ON keyVersions (kekVersion)",
];
