import { chalkStderr } from "chalk";
import { kindOf, type Script, type Step, type StepKind, valuesOf } from "../ceremony/script.ts";
import type { Checked, Person, Place } from "../ceremony/stage.ts";
import type { Line } from "../quorum/action.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** Longest paragraph that is shown in full, in characters. */
const PROSE_WIDTH = 2000;
const RULE = "─".repeat(72);

/** What each kind of step asks of people, before what it says. */
const HEADINGS = {
  read: "Read aloud",
  check: "Look at it and compare",
  action: "A quorum approves, in one plan with all acts of this script",
  show: "The machine shows, for everyone to compare or copy",
  do: "The machine does, without a quorum",
  prove: "A quorum proves that the backup restores",
  genesis: "The vault is made, and a share for each custodian",
  rekey: "New shares for a quorum",
  restore: "The vault is made of a backup",
  drill: "Each custodian proves to still hold the share",
} as const satisfies Record<StepKind, string>;

/** The first page: what this is, who is needed, how long it takes. */
export function openingText(
  { ceremony, title, purpose, roles, steps }: Script,
  { id, script, rehearsal, resumed }: { id: string; script: string; rehearsal: boolean; resumed: boolean },
): string {
  const minutes = steps.reduce((sum, step) => sum + (step.minutes ?? 0), 0);
  return [
    ...banner(rehearsal),
    chalkStderr.bold(`${resumed ? "Going on with: " : ""}${show(title)}`),
    ...(purpose === undefined || resumed ? [] : [show(purpose, PROSE_WIDTH)]),
    "",
    fields([
      ["Script", `${ceremony}, SHA-256 ${script}`],
      ["Run", id],
      ["Steps", `${steps.length}${minutes === 0 ? "" : `, about ${minutes} minutes`}`],
      ["Needed", neededText(roles)],
    ]),
    "At each step: initials say that it is done; ? is for an exception, a pause, or to stop. Nothing is lost by a pause.",
    "",
  ].join("\n");
}

/** Where we are, who acts, what is to be done, what to do when it goes wrong, what comes next. */
export function placeText({ script, rehearsal, index, step, next, people, minutesLeft }: Place): string {
  const { minutes, otherwise } = step;
  const times = [
    ...(minutes === undefined ? [] : [`about ${minutesText(minutes)}`]),
    ...(minutesLeft === 0 ? [] : [`${minutesText(minutesLeft)} to go`]),
  ];
  return [
    "",
    RULE,
    ...banner(rehearsal),
    [chalkStderr.bold(`Step ${index + 1} of ${script.steps.length}`), show(script.ceremony), ...times].join(" · "),
    `Who acts: ${whoText(step.who ?? "administrator", people)}`,
    "",
    `${HEADINGS[kindOf(step)]}:`,
    ...saidText(step).map((line) => `  ${line}`),
    "",
    ...(otherwise === undefined ? [] : [`If it goes wrong: ${show(otherwise, PROSE_WIDTH)}`]),
    `Next: ${next === undefined ? "the end, and the transcript" : nextText(next)}`,
    "",
  ].join("\n");
}

export function checksText(checks: readonly Checked[], rehearsal: boolean): string {
  const lines = checks.map(({ check, found, passed, mend }) => {
    const verdict = passed ? chalkStderr.green("ok") : chalkStderr.red("NOT OK");
    const advice = mend === undefined || passed ? "" : `\n    mend: ${show(mend, PROSE_WIDTH)}`;
    return `  ${verdict}  ${show(check)}: ${show(found, PROSE_WIDTH)}${advice}`;
  });
  const lenient = rehearsal && checks.some(({ passed }) => !passed);
  return [
    "Before step 1:",
    ...(lines.length === 0 ? ["  nothing is to be checked"] : lines),
    ...(lenient ? ["  A rehearsal goes on with a host like this; a real ceremony would not."] : []),
    "",
  ].join("\n");
}

export function linesText(lines: readonly Line[]): string {
  return fields(lines.map(({ label, value }) => [label, value]));
}

/** Whose initials are asked for. */
export function whoText(who: NonNullable<Step["who"]>, people: readonly Person[]): string {
  const role = who === "administrator" ? "administrator" : who === "witnesses" ? "witness" : undefined;
  const named = people.filter((person) => person.role === role).map(({ name, initials }) => `${name} (${initials})`);
  if (role === undefined || named.length === 0) return WHO[who];
  return `${WHO[who]}: ${show(named.join(", "), 400)}`;
}

const WHO = {
  administrator: "the administrator",
  custodians: "the custodians",
  newcomers: "the custodians who get a new share",
  witnesses: "the witnesses",
  everyone: "everyone in the room",
} as const;

/** REHEARSAL stands on everything of one. */
function banner(rehearsal: boolean): string[] {
  return rehearsal ? [chalkStderr.yellow("*** REHEARSAL *** nothing in it is real")] : [];
}

function neededText({ administrator, custodians, witnesses }: Script["roles"]): string {
  const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  return [
    counted(administrator, "administrator", "administrators"),
    ...(custodians === undefined ? [] : [`custodians of ${custodians}`]),
    ...(witnesses === 0 ? [] : [counted(witnesses, "witness", "witnesses")]),
  ].join(", ");
}

function minutesText(minutes: number): string {
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

function saidText(step: Step): string[] {
  const word = (step as Record<string, unknown>)[kindOf(step)];
  const values = Object.entries(valuesOf(step)).map(([name, value]): [string, string] => [name, String(value)]);
  const said = typeof word === "string" ? [show(word.replace(/\s+/g, " ").trim(), PROSE_WIDTH)] : [];
  return [...said, ...(values.length === 0 ? [] : fields(values).split("\n"))];
}

function nextText(step: Step): string {
  const [first = ""] = saidText(step);
  return `${HEADINGS[kindOf(step)].toLowerCase()}: ${first.length > 60 ? `${first.slice(0, 60)}…` : first}`;
}
