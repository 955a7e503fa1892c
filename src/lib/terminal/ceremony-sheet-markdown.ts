import type { StepView } from "../ceremony/step-view.ts";
import { AFTERWARDS, type CeremonySheet, expected, type SheetRole, WHO_TEXT } from "./ceremony-sheet.ts";

/** A ceremony's sheet in Markdown (GitHub's tables), for a wiki or an editor; paper wants HTML. */
export function ceremonySheetMarkdown(sheet: CeremonySheet): string {
  const { title, ceremony, purpose, sha256, words, roles, inputs, before, steps, signers } = sheet;
  return [
    `# ${text(title)}`,
    ...(purpose === undefined ? [] : ["", text(purpose)]),
    "",
    ...table(
      ["Ceremony", ceremony],
      [
        ["Script, SHA-256", `\`${sha256}\``],
        ["In words", words],
        ["Expected", expected(sheet)],
        ["Date and place", ""],
        ["Host, serial number", ""],
        ["Begun, ended", ""],
      ],
    ),
    "",
    "## In the room",
    "",
    ...table(["Role", "Name", "Identity document", "Initials"], roles.flatMap(roleRows)),
    ...(inputs.length === 0
      ? []
      : [
          "",
          "## Inputs",
          "",
          ...table(
            ["Input", "What it is", "Value"],
            inputs.map(({ name, prompt, wanted, value = "" }) => [
              name,
              `${text(prompt)} (${text(wanted)})`,
              text(value),
            ]),
          ),
        ]),
    ...(before.length === 0
      ? []
      : ["", "## Checked by the machine before step 1", "", ...before.map((line) => `- [ ] ${text(line)}`)]),
    "",
    "## Steps",
    "",
    ...table(["#", "What", "Who", "Min.", "Initials", "Time"], steps.map(stepCells)),
    "",
    "## Exceptions",
    "",
    ...table(
      ["Step", "Expected", "Happened", "Decided", "Initials"],
      Array.from({ length: 5 }, () => ["", "", "", "", ""]),
    ),
    "",
    "## Result",
    "",
    "- [ ] Done, and a restore was proved",
    "- [ ] Done, UNPROVEN: no restore was proved",
    "- [ ] Aborted at step ____, nothing was changed after step ____",
    "",
    "Transcript, SHA-256: ____",
    "",
    "## After the last step",
    "",
    ...AFTERWARDS.map((line) => `- [ ] ${line}`),
    "",
    `## Signatures: ${signers.join(", ")}`,
    "",
    ...table(
      ["Role", "Name", "Signature", "Date, time"],
      roles.flatMap(({ role, names, lines }) =>
        Array.from({ length: lines }, (_, i) => [role, text(names[i] ?? ""), "", ""]),
      ),
    ),
    "",
    `${ceremony}, script SHA-256 \`${sha256}\``,
    "",
  ].join("\n");
}

function stepCells({
  number,
  verb,
  text: said,
  who,
  minutes,
  parameters,
  written,
  note,
  otherwise,
}: StepView): string[] {
  const parts = [
    `**${verb}** ${text(said)}`,
    ...parameters.map(({ label, value }) => `${text(label)}: ${text(value)}`),
    ...(note === undefined ? [] : [text(note)]),
    ...written.map((what) => `${text(what)}: \\_\\_\\_\\_\\_\\_\\_\\_`),
    ...(otherwise === undefined ? [] : [`*If it goes wrong:* ${text(otherwise)}`]),
  ];
  return [String(number), parts.join("<br>"), WHO_TEXT[who], String(minutes ?? ""), "", ""];
}

function roleRows({ role, who, names, lines }: SheetRole): string[][] {
  return Array.from({ length: lines }, (_, i) => [
    i === 0 ? `${role}: ${text(who)}` : "",
    text(names[i] ?? ""),
    "",
    "",
  ]);
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(headings), `|${headings.map(() => "---|").join("")}`, ...rows.map(line)];
}

/** Foreign text as nothing but text: no markup, no link, no list, no cell of its own. */
function text(foreign: string): string {
  return foreign
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\\`*_{}[\]#|~$!]/g, "\\$&")
    .replace(/^(\d*)([-+.)])/, "$1\\$2")
    .replace(/:\/\/|(?<=www)\.|@/gi, (link) => link.replace(/[:.@]/, (character) => `&#${character.charCodeAt(0)};`));
}
