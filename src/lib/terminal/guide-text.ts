import { chalkStderr } from "chalk";
import type { Script, Step } from "../ceremony/script.ts";
import type { Checked, Person, Place } from "../ceremony/stage.ts";
import { viewSteps } from "../ceremony/step-view.ts";
import { digestWords } from "../crypto/words.ts";
import type { Line } from "../quorum/action.ts";
import { rolesText } from "./ceremony-sheet.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** Longest paragraph that is shown in full, in characters. */
const PROSE_WIDTH = 2000;
const RULE = "─".repeat(72);

/** The first page: what this is, who is needed, how long it takes. */
export function openingText(
  whole: Script,
  { id, script, rehearsal, resumed }: { id: string; script: string; rehearsal: boolean; resumed: boolean },
): string {
  const { ceremony, title, purpose, steps } = whole;
  const minutes = steps.reduce((sum, step) => sum + (step.minutes ?? 0), 0);
  return [
    ...banner(rehearsal),
    chalkStderr.bold(`${resumed ? "Going on with: " : ""}${show(title)}`),
    ...(purpose === undefined || resumed ? [] : [show(purpose, PROSE_WIDTH)]),
    "",
    fields([
      ["Script", `${ceremony}, SHA-256 ${script}`],
      ["In words", digestWords(script)],
      ["Run", id],
      ["Steps", `${steps.length}${minutes === 0 ? "" : `, about ${minutesText(minutes)}`}`],
      ["Needed", rolesText(whole)],
    ]),
    "At each step: initials say that it is done; ? is for an exception, a pause, or to stop. Nothing is lost by a pause.",
    "",
  ].join("\n");
}

/** Where we are, who acts, what is to be done, what to do when it goes wrong, what comes next. */
export function placeText({ script, rehearsal, index, step, next, people, minutesLeft }: Place): string {
  const { minutes } = step;
  const view = viewSteps(script)[index];
  if (view === undefined) throw new RangeError(`no step ${index}`);
  const times = [
    ...(minutes === undefined ? [] : [`about ${minutesText(minutes)}`]),
    ...(minutesLeft === 0 ? [] : [`${minutesText(minutesLeft)} to go`]),
  ];
  return [
    "",
    RULE,
    ...banner(rehearsal),
    [chalkStderr.bold(`Step ${index + 1} of ${script.steps.length}`), show(script.ceremony), ...times].join(" · "),
    `Who acts: ${whoText(view.who, people)}`,
    "",
    `${view.verb}  ${said(view.text)}`,
    ...(view.parameters.length === 0 ? [] : [indented(linesText(view.parameters))]),
    ...(view.note === undefined ? [] : ["", said(view.note)]),
    "",
    ...(view.otherwise === undefined ? [] : [`If it goes wrong: ${said(view.otherwise)}`]),
    `Next: ${next === undefined ? "the end, and the transcript" : nextText(script, index + 1)}`,
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

/** What is to be done about shares that were not proved yet. */
export function awaitedText(custodians: readonly string[]): string {
  const names = show(custodians.join(", "), 400);
  return [
    "",
    `Not yet proved: ${names}. Write the request for it:`,
    "    conclave custodian request --out FILE",
    `Send it, with the share, to ${names}, and read its words by telephone: conclave custodian prove answers it. Then, here:`,
    "    conclave custodian confirm PROOF",
    "    conclave ceremony run --resume",
  ].join("\n");
}

export function linesText(lines: readonly Line[]): string {
  return fields(lines.map(({ label, value }) => [label, value]));
}

/** Who acts in a step, also where the script doesn't say. */
export function actorOf({ script, index }: Pick<Place, "script" | "index">): NonNullable<Step["who"]> {
  return viewSteps(script)[index]?.who ?? "administrator";
}

/** Who can tick a step: those who act in it, else whoever was introduced by initials. */
export function tickersOf(who: NonNullable<Step["who"]>, people: readonly Person[]): readonly Person[] {
  const acting = people.filter(({ role }) => role === ROLES[who]);
  return acting.length === 0 ? people : acting;
}

/** Names with their initials. */
export function namedText(people: readonly Person[]): string {
  return show(people.map(({ name, initials }) => `${name} (${initials})`).join(", "), 400);
}

/** Who acts, by name where that is known. */
export function whoText(who: NonNullable<Step["who"]>, people: readonly Person[]): string {
  const acting = people.filter(({ role }) => role === ROLES[who]);
  return acting.length === 0 ? WHO[who] : `${WHO[who]}: ${namedText(acting)}`;
}

/** The role of those who are introduced by name; the others come as custodians. */
const ROLES = {
  administrator: "administrator",
  witnesses: "witness",
  custodians: undefined,
  newcomers: undefined,
  everyone: undefined,
} as const satisfies Record<NonNullable<Step["who"]>, Person["role"] | undefined>;

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

function minutesText(minutes: number): string {
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

function said(prose: string): string {
  return show(prose.replace(/\s+/g, " ").trim(), PROSE_WIDTH);
}

function indented(lines: string): string {
  return lines.replace(/^/gm, "  ");
}

function nextText(script: Script, index: number): string {
  const view = viewSteps(script)[index];
  if (view === undefined) return "";
  const text = said(view.text);
  return `${view.verb}  ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

/** What comes of stopping for good at a step, beside what people are told anyway. */
export function stopText(step: Step): string {
  if (!("genesis" in step || "rekey" in step)) return "";
  return "Shares that this step made are taken back, unless everybody has proved the own one.\n";
}
