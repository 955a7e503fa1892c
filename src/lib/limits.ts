/** Every limit on what comes from outside, in one place; each is tested at the limit and one above. */
export const LIMITS = {
  /** Characters of a name of a key, keyring, quorum or custodian. */
  nameLength: 64,
  /** Characters of a free text: a reason, a tag's value, a requester. */
  textLength: 256,
  /** Tags of one key. */
  tags: 32,
  /** Custodians of one quorum (the points of GF(2^8) but 0). */
  custodians: 255,
  /** Actions in one plan. */
  actions: 1000,
  /** Quorums of one plan. */
  planQuorums: 16,
  /** Bytes of a share file, sealed. */
  shareFileBytes: 64 * 1024,
  /** age recipients of one custodian. */
  recipients: 8,
  /** Bytes of a file of recipients, or of a public key. */
  recipientFileBytes: 64 * 1024,
  /** Bytes of a passphrase in UTF-8. */
  passphraseBytes: 1024,
  /** Bytes of the canonical JSON of one audit entry. */
  entryBytes: 4 * 1024 * 1024,
  /** Bytes of an anchor, session, record of outputs or host key file. */
  stateFileBytes: 1024 * 1024,
  /** Bytes of a plan, approval, proof, request, enrolment, identity or transcript file. */
  documentBytes: 4 * 1024 * 1024,
  /** Bytes of the clear head of a backup. */
  backupHeadBytes: 8 * 1024 * 1024,
  /** Bytes of the age header of a backup. */
  ageHeaderBytes: 64 * 1024,
  /** Bytes of a message that is signed or authenticated. */
  messageBytes: 64 * 1024 * 1024,
  /** Bytes of the head of an encrypted file, with its line feed. */
  encryptedHeadBytes: 4096,
  /** Bytes of associated data. */
  associatedDataBytes: 1024 * 1024,
  /** Bytes of a file with a key that is imported. */
  importBytes: 64 * 1024,
  /** Rounds of PBKDF2 over the passphrase of a key that is imported. */
  importRounds: 10_000_000,
  /** Bytes of secret data that are imported. */
  secretDataBytes: 4096,
  /** Manifests, or replaced hosts, that an anchor remembers. */
  remembered: 4096,
  /** Characters of a signed checkpoint. */
  noteLength: 1024,
  /** Bytes of a ceremony script. */
  scriptBytes: 256 * 1024,
  /** Steps of one ceremony script. */
  scriptSteps: 200,
  /** Characters of a path in a script or an input. */
  pathLength: 1024,
  /** Characters of a paragraph that is read aloud. */
  proseLength: 2000,
  /** Bytes of the log of one run of a script. */
  runLogBytes: 8 * 1024 * 1024,
  /** Nesting of arrays and objects in a canonical JSON document. */
  jsonDepth: 32,
} as const;
