import { fillIn, type Inputs } from "../ceremony/input.ts";
import { INPUT_ROWS } from "../ceremony/input-type.ts";
import type { Script, WHO } from "../ceremony/script.ts";
import type { ScriptFile } from "../ceremony/script-file.ts";
import { minutesOf, type StepView, viewSteps } from "../ceremony/step-view.ts";
import { digestWords } from "../crypto/words.ts";
import { show } from "./escape.ts";

/** Longest text of a sheet, in characters. */
const LONGEST = 5000;

/** Who acts, as it stands beside a step. */
export const WHO_TEXT = {
  administrator: "administrator",
  custodians: "custodians",
  newcomers: "new custodians",
  witnesses: "witnesses",
  everyone: "everyone",
} as const satisfies Record<(typeof WHO)[number], string>;

/** What is done when the transcript is signed. */
export const AFTERWARDS = [
  "Backup, checkpoint and transcript lie on two media, for two places",
  "The host is shut down, and in bag number ______________________",
  "This sheet is kept by ______________________, a copy of it by ______________________",
] as const;

/** Who is needed, and how many lines a sheet has for their names. */
export interface SheetRole {
  role: string;
  /** Of which quorum, or how many. */
  who: string;
  /** Names that are known already. */
  names: readonly string[];
  /** Lines on paper. */
  lines: number;
}

/** A script as people read it before and while it is held, on a screen or on paper; all texts are safe to show. */
export interface CeremonySheet {
  ceremony: string;
  title: string;
  purpose: string | undefined;
  /** Of the script's file. */
  sha256: string;
  words: string;
  minutes: number;
  roles: readonly SheetRole[];
  /** `value` is undefined where nothing is given yet. */
  inputs: readonly { name: string; prompt: string; wanted: string; value: string | undefined }[];
  /** What the machine checks before step 1. */
  before: readonly string[];
  steps: readonly StepView[];
  /** Who signs the transcript beside the host. */
  signers: readonly string[];
}

/** @param values what of the inputs is known; the others stay to be filled in */
export function sheetOf({ script, sha256 }: ScriptFile, values: Inputs): CeremonySheet {
  const filled = fillIn(script, values);
  return {
    ceremony: script.ceremony,
    title: safe(script.title),
    purpose: filled.purpose === undefined ? undefined : safe(filled.purpose),
    sha256,
    words: digestWords(sha256),
    minutes: minutesOf(script),
    roles: rolesOf(filled),
    inputs: Object.entries(script.inputs).map(([name, { prompt, type }]) => ({
      name,
      prompt: safe(prompt),
      wanted: INPUT_ROWS[type].wanted,
      value: values[name] === undefined ? undefined : safe(values[name]),
    })),
    before: beforeOf(script),
    steps: viewSteps(filled).map((step) => ({
      ...step,
      text: safe(step.text),
      parameters: step.parameters.map(({ label, value }) => ({ label: safe(label), value: safe(value) })),
      note: step.note === undefined ? undefined : safe(step.note),
      otherwise: step.otherwise === undefined ? undefined : safe(step.otherwise),
    })),
    signers: ["host", ...(script.after[0]?.sign ?? [])],
  };
}

/** `21 steps, about 1 h 43 min` */
export function expected({ steps, minutes }: CeremonySheet): string {
  const count = steps.length === 1 ? "1 step" : `${steps.length} steps`;
  if (minutes === 0) return count;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [...(hours === 0 ? [] : [`${hours} h`]), ...(rest === 0 ? [] : [`${rest} min`])];
  return `${count}, about ${parts.join(" ")}`;
}

/** `1 administrator, quorum root, 1 witness` */
export function rolesText(script: Script): string {
  return rolesOf(script)
    .map(({ who }) => who)
    .join(", ");
}

function rolesOf({ roles }: Script): SheetRole[] {
  const { administrator, custodians, newcomers, witnesses } = roles;
  const names =
    newcomers === undefined || newcomers.includes("${") ? [] : newcomers.split(/[ ,]+/).filter(Boolean).map(safe);
  return [
    { role: "Administrator", who: counted(administrator, "administrator"), names: [], lines: administrator },
    ...(custodians === undefined
      ? []
      : [{ role: "Custodian", who: safe(custodians), names: [], lines: custodians.startsWith("all of") ? 7 : 5 }]),
    ...(newcomers === undefined
      ? []
      : [
          {
            role: "New custodian",
            who: names.length === 0 ? "new custodians" : `new custodians ${names.join(", ")}`,
            names,
            lines: Math.max(names.length, 5),
          },
        ]),
    ...(witnesses === 0 ? [] : [{ role: "Witness", who: counted(witnesses, "witness"), names: [], lines: witnesses }]),
  ];
}

function beforeOf({ before }: Script): string[] {
  return before.flatMap((checks) => {
    if ("host" in checks) {
      const { swap, network, clock } = checks.host;
      return [
        ...(swap === undefined ? [] : ["The host has no swap"]),
        ...(network === undefined ? [] : ["No network of the host is up"]),
        ...(clock === undefined ? [] : ["The host's clock is that of a watch in the room"]),
      ];
    }
    const { state, chain } = checks.vault;
    return [
      ...(state === "absent" ? ["There is no vault yet at its place"] : []),
      ...(state === "present" ? ["The vault is there"] : []),
      ...(chain === undefined ? [] : ["The vault's audit chain is verified"]),
    ];
  });
}

function counted(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one === "witness" ? "witnesses" : `${one}s`}`;
}

/** An input that isn't known yet stands as its name in brackets. */
function safe(text: string): string {
  return show(text, LONGEST).replace(/\$\{inputs\.([a-z][a-z0-9-]*)\}/g, "[$1]");
}
