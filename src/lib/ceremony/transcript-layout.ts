/** How a member is written. Below a digest stand its words. */
export type Kind = "text" | "integer" | "yes or no" | "digest";
/** A field of a record: its label, and the member that it shows. */
export interface Column {
  readonly label: string;
  readonly name: string;
  readonly kind: Kind;
}

/** Which fields a record has, by rows of the sheet. */
export type Layout = readonly (readonly Column[])[];

function column(label: string, name: string, kind: Kind = "text"): Column {
  return { label, name, kind };
}

/** What stands at the top. */
export const HEAD: Layout = [
  [column("Ceremony", "ceremony"), column("Rehearsal", "rehearsal", "yes or no")],
  [column("Title", "title")],
  [column("Outcome", "outcome")],
  [column("Started", "started"), column("Ended", "ended")],
  [column("Run", "run")],
  [column("Script", "script", "digest")],
  [column("Host", "host"), column("Tool", "tool")],
];
export const VAULT: Layout = [
  [column("Vault", "id"), column("Name", "name")],
  [column("Epoch", "epoch")],
  [column("Genesis", "genesis", "digest")],
  [column("Host key", "hostKey")],
];

/** A list of records under a heading with their number. */
export interface Section {
  readonly heading: string;
  readonly member: "inputs" | "participants" | "steps" | "exceptions" | "plans" | "entries" | "backups";
  readonly layout: Layout;
  /** A list within each record. */
  readonly inner?: { readonly member: string; readonly layout: Layout };
}

export const CHECKPOINT: Layout = [[column("Line", "line")]];

export const SECTIONS: readonly Section[] = [
  { heading: "Inputs", member: "inputs", layout: [[column("Input", "name"), column("Value", "value")]] },
  {
    heading: "Participants",
    member: "participants",
    layout: [
      [column("Participant", "name"), column("Role", "role"), column("Quorum", "quorum")],
      [column("Key", "key")],
    ],
  },
  {
    heading: "Steps",
    member: "steps",
    layout: [
      [column("Step", "number", "integer"), column("Text", "text")],
      [column("Who", "who"), column("Time", "time"), column("Initials", "initials"), column("Outcome", "outcome")],
    ],
  },
  {
    heading: "Exceptions",
    member: "exceptions",
    layout: [
      [column("Exception at step", "step", "integer"), column("Time", "time")],
      [column("Expected", "expected")],
      [column("Happened", "happened")],
      [column("Decided", "decided")],
    ],
  },
  {
    heading: "Plans",
    member: "plans",
    layout: [[column("Plan", "id")], [column("Digest", "digest", "digest")]],
    inner: {
      member: "approvals",
      layout: [
        [
          column("Approved by", "custodian"),
          column("Quorum", "quorum"),
          column("At", "at"),
          column("Signed by", "key"),
        ],
      ],
    },
  },
  {
    heading: "Entries made",
    member: "entries",
    layout: [[column("Entry", "sequence", "integer"), column("Type", "type")], [column("Hash", "hash")]],
  },
  {
    heading: "Backups",
    member: "backups",
    layout: [[column("Backup", "file")], [column("SHA 256", "sha256", "digest")]],
  },
];
