import type { Line } from "../quorum/action.ts";
import { kindOf, type Script, type SHOWN, type Step, type StepKind, type Value, valuesOf, type WHO } from "./script.ts";
import { SCRIPTED_ACTIONS } from "./scripted-action.ts";

/** A step as a person reads it, on a screen or on paper. Prose and values are foreign text. */
export interface StepView {
  /** From 1. */
  number: number;
  kind: StepKind;
  /** One word of what is to be done: READ, CHECK, … */
  verb: string;
  who: (typeof WHO)[number];
  /** Expected, if the script says so. */
  minutes: number | undefined;
  /** What is read out, looked at, or done. */
  text: string;
  /** Parameters, as the script or its inputs say them. */
  parameters: Line[];
  /** What people write down or compare, on a sheet of paper. */
  written: readonly string[];
  /** How it is done. */
  note: string | undefined;
  /** What to do when it goes wrong. */
  otherwise: string | undefined;
}

/** All that there is to say of a kind of step. */
interface KindRow {
  verb: string;
  /** Who acts where the script doesn't say. */
  who: (typeof WHO)[number];
  written: readonly string[];
}

const KINDS = {
  read: { verb: "READ", who: "administrator", written: [] },
  check: { verb: "CHECK", who: "administrator", written: [] },
  action: { verb: "ACT", who: "custodians", written: [] },
  show: { verb: "SHOW", who: "administrator", written: [] },
  do: { verb: "DO", who: "administrator", written: [] },
  prove: { verb: "PROVE", who: "custodians", written: ["Words of the plan", "Approved by", "Restored: yes / no"] },
  genesis: { verb: "GENESIS", who: "newcomers", written: ["Shares proved by"] },
  rekey: { verb: "REKEY", who: "custodians", written: ["Words of the plan", "Approved by", "New shares proved by"] },
  restore: {
    verb: "RESTORE",
    who: "custodians",
    written: ["SHA-256 of the backup", "Words of the plan", "Approved by"],
  },
  import: {
    verb: "IMPORT",
    who: "custodians",
    written: ["Check value of each component", "Typed by", "Check value of the key"],
  },
  export: { verb: "EXPORT", who: "custodians", written: ["Words of the plan", "Approved by", "SHA-256 of the file"] },
  drill: { verb: "DRILL", who: "custodians", written: ["Proved by", "Did not prove, and why"] },
} as const satisfies Record<StepKind, KindRow>;

/** What is shown, and what of it goes on the paper. */
const SHOWING = {
  "key-check-value": {
    text: "Check values or fingerprints of the keys that were made",
    written: ["Key", "Check value"],
  },
  "genesis-hash": { text: "Genesis hash of the vault, all 64 digits", written: ["Genesis hash"] },
  checkpoint: { text: "Checkpoint: size and head of the audit chain", written: ["Entries", "Head"] },
  quorum: {
    text: "The quorum: who has a share, and how many must act together",
    written: ["Quorum, generation", "Custodians"],
  },
  status: { text: "Status of the vault", written: [] },
  "backup-digest": { text: "SHA-256 of the backup, and its words", written: ["SHA-256", "Words"] },
} as const satisfies Record<(typeof SHOWN)[number], { text: string; written: readonly string[] }>;

const DOING = {
  "backup.create": { text: "Back up the vault, sealed to the root quorum", written: ["File", "SHA-256"] },
  "audit.verify": { text: "Verify the whole audit chain", written: ["Result"] },
  "audit.checkpoint": { text: "Write a signed checkpoint of the audit chain", written: ["File"] },
} as const;

const BUILT_IN_TEXT = {
  prove: "Prove that the backup can be restored: open it in a scratch place, and every ciphertext in it",
  genesis: "Make the vault, its root quorum and the shares; each custodian proves the own share",
  rekey: "Make a new secret and new shares; each custodian proves the own new share",
  restore: "Make the vault anew of the backup, on this host",
  drill: "Each custodian proves to hold the own share",
  import: "Take a key into the vault in components, each typed by another custodian",
  export: "Let a key leave the vault, sealed to whoever gets it",
} as const;

/** The steps of a script, numbered. @param script with its inputs filled in, or not */
export function viewSteps(script: Script): StepView[] {
  const firstAction = script.steps.findIndex((step) => kindOf(step) === "action");
  return script.steps.map((step, i) => {
    const kind = kindOf(step);
    const { verb, who, written } = KINDS[kind];
    const told = tell(step);
    return {
      number: i + 1,
      kind,
      verb,
      who: step.who ?? (kind === "action" && script.roles.custodians === undefined ? "newcomers" : who),
      minutes: step.minutes,
      text: told.text,
      parameters: Object.entries(valuesOf(step)).map(([label, value]) => ({ label, value: showValue(value) })),
      written: i === firstAction ? ["Words of the plan", "Approved by"] : [...written, ...told.written],
      note: step.note,
      otherwise: step.otherwise,
    };
  });
}

/** Minutes of all steps that say how long they take. */
export function minutesOf({ steps }: Script): number {
  return steps.reduce((sum, { minutes = 0 }) => sum + minutes, 0);
}

function tell(step: Step): { text: string; written: readonly string[] } {
  if ("read" in step) return { text: step.read, written: [] };
  if ("check" in step) return { text: step.check, written: [] };
  if ("show" in step) return SHOWING[step.show];
  if ("do" in step) return DOING[step.do];
  if ("action" in step) return { text: SCRIPTED_ACTIONS.get(step.action)?.title ?? step.action, written: [] };
  const kind = kindOf(step);
  return { text: kind in BUILT_IN_TEXT ? BUILT_IN_TEXT[kind as keyof typeof BUILT_IN_TEXT] : kind, written: [] };
}

function showValue(value: Value): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
