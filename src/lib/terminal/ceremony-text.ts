import type { StepView } from "../ceremony/step-view.ts";
import { type CeremonySheet, expected, WHO_TEXT } from "./ceremony-sheet.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** A script as it is read on a screen. */
export function ceremonyText(sheet: CeremonySheet): string {
  const { title, ceremony, purpose, sha256, words, roles, inputs, before, steps, signers } = sheet;
  const width = String(steps.length).length;
  return [
    title,
    ...(purpose === undefined ? [] : [`  ${purpose}`]),
    "",
    fields([
      ["Ceremony", ceremony],
      ["Script", `SHA-256 ${sha256}`],
      ["Words", words],
      ["In the room", roles.map(({ who }) => who).join(", ")],
      ["Expected", expected(sheet)],
      ["Signed by", signers.join(", ")],
    ]),
    ...(inputs.length === 0
      ? []
      : [
          "",
          "Inputs",
          ...inputs.map(({ name, prompt, wanted, value }) => `  ${show(name)}  ${value ?? `${prompt} (${wanted})`}`),
        ]),
    ...(before.length === 0 ? [] : ["", "Before step 1", ...before.map((line) => `  ${line}`)]),
    "",
    ...steps.flatMap((step) => stepText(step, width)),
  ].join("\n");
}

function stepText(
  { number, verb, who, minutes, text, parameters, note, otherwise }: StepView,
  width: number,
): string[] {
  const indent = " ".repeat(Math.min(3, width + 1));
  return [
    `${String(number).padStart(width)} ${verb}  ${WHO_TEXT[who]}${minutes === undefined ? "" : `, ${minutes} min`}`,
    `${indent}${text}`,
    ...parameters.map(({ label, value }) => `${indent}${label}  ${value}`),
    ...(note === undefined ? [] : [`${indent}${note}`]),
    ...(otherwise === undefined ? [] : [`${indent}If it goes wrong: ${otherwise}`]),
  ];
}
