import type { StepView } from "../ceremony/step-view.ts";
import { AFTERWARDS, type CeremonySheet, expected, type SheetRole, WHO_TEXT } from "./ceremony-sheet.ts";
import { escapeHtml } from "./html.ts";

const SANS = `"Liberation Sans", Arial, Helvetica, sans-serif`;
const MONO = `"DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace`;

const STYLE = `
  * { box-sizing: border-box; }
  body { max-width: 182mm; margin: 8mm auto; padding: 0 2mm; color: #000; background: #fff; font: 10pt/1.4 Georgia, "Liberation Serif", serif; }
  h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 1mm; font-weight: 600; }
  h2 { font: 700 9pt/1.3 ${SANS}; letter-spacing: .07em; text-transform: uppercase; margin: 6mm 0 1.6mm; break-after: avoid; }
  p { margin: 0 0 2mm; }
  .kind { font: 700 8pt/1.3 ${SANS}; letter-spacing: .14em; text-transform: uppercase; margin: 0 0 2mm; }
  .hash { font: 8.4pt/1.5 ${MONO}; overflow-wrap: anywhere; }
  table { width: calc(100% - 1pt); border-collapse: collapse; }
  th, td { text-align: left; vertical-align: top; border: .5pt solid #555; padding: 1.3mm 1.8mm; }
  th { font: 700 7.6pt/1.3 ${SANS}; background: #eee; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .facts th { width: 34mm; background: none; font-weight: 400; font-size: 8.4pt; }
  .blank td { height: 9mm; } .people .role { width: 46mm; } .people .name { width: 48mm; }
  .steps td.n { width: 9mm; font: 700 11pt/1.3 ${SANS}; text-align: right; }
  .steps td.who { width: 25mm; font: 8.6pt/1.35 ${SANS}; }
  .steps td.min { width: 11mm; font: 8.6pt/1.35 ${SANS}; text-align: right; }
  .steps th.ini, .steps td.ini { width: 17mm; }
  .steps th.time, .steps td.time { width: 17mm; }
  .verb { font: 700 7.4pt/1.3 ${SANS}; letter-spacing: .1em; margin: 0 0 .6mm; }
  .aloud { font-size: 11pt; line-height: 1.4; margin: 0; }
  .aloud::before { content: "\\201c"; } .aloud::after { content: "\\201d"; }
  .said { margin: 0; } .flag { white-space: nowrap; }
  .how { margin: 1mm 0 0; font-size: 9pt; line-height: 1.35; }
  .wrong { margin: 1.4mm 0 0; padding-left: 2.4mm; border-left: 2pt solid #555; font-size: 8.8pt; line-height: 1.35; }
  .wrong b { font: 700 7.2pt/1.3 ${SANS}; letter-spacing: .05em; }
  dl { margin: 1.2mm 0 0; display: grid; grid-template-columns: max-content 1fr; gap: .3mm 3mm; font-size: 8.8pt; }
  dt { font-family: ${SANS}; font-size: 8pt; } dd { margin: 0; overflow-wrap: anywhere; font-family: ${MONO}; font-size: 8.2pt; }
  .write { display: flex; align-items: flex-end; gap: 2mm; height: 8mm; font: 8pt/1.2 ${SANS}; white-space: nowrap; }
  .write::after { content: ""; flex: 1; border-bottom: .6pt dotted #000; }
  .tick { list-style: none; margin: 0; padding: 0; } .tick li { padding: .6mm 0 .6mm 7mm; position: relative; }
  .tick li::before { content: ""; position: absolute; left: 0; top: 1.1mm; width: 3.6mm; height: 3.6mm; border: .8pt solid; }
  .together { break-inside: avoid; }
  .sign td { height: 15mm; } .sign td.role { width: 30mm; }
  footer { margin-top: 6mm; border-top: .5pt solid #555; padding-top: 1mm; font: 7.4pt/1.4 ${MONO}; overflow-wrap: anywhere; }
  @media print { body { max-width: none; margin: 0; padding: 0; } footer { display: none; } }
`;

/** Margins in which every page says what it is of: Chromium 131, Edge and later print them. */
function pageStyle({ ceremony, sha256 }: CeremonySheet): string {
  const small = `font: 7pt/1.3 ${MONO}; color: #000; vertical-align: top; padding-top: 2mm; white-space: nowrap;`;
  return `
  @page { margin: 14mm 14mm 17mm; size: auto;
    @bottom-left { content: "${ceremony}  script SHA-256 ${sha256}"; ${small} }
    @bottom-right { content: "page " counter(page) " of " counter(pages); ${small} } }
`;
}

/** A ceremony's sheet as one HTML page that loads nothing and runs nothing, for A4 or Letter. */
export function ceremonySheetHtml(sheet: CeremonySheet): string {
  const { title, ceremony, purpose, sha256, words, roles, inputs, before, steps, signers } = sheet;
  const e = escapeHtml;
  return [
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<meta name="robots" content="noindex">\n<title>${e(title)}</title>`,
    `<style>${STYLE}${pageStyle(sheet)}</style>\n</head>\n<body>`,
    `<p class="kind">Ceremony sheet</p>\n<h1>${e(title)}</h1>`,
    ...(purpose === undefined ? [] : [`<p>${e(purpose)}</p>`]),
    `<table class="facts">`,
    fact("Ceremony", e(ceremony)),
    fact("Script, SHA-256", `<span class="hash">${groups(sha256)}</span>`),
    fact("The same in words", `<span class="hash">${e(words)}</span>`),
    fact("Expected", expected(sheet)),
    fact("Date and place", ""),
    fact("Host, serial number", ""),
    fact("Begun, ended", ""),
    `</table>`,
    `<section class="together">\n<h2>In the room</h2>\n${people(roles)}\n</section>`,
    ...(inputs.length === 0 ? [] : [`<section class="together">\n<h2>Inputs</h2>\n${inputTable(sheet)}\n</section>`]),
    ...(before.length === 0 ? [] : [ticks("Checked by the machine before step 1", before)]),
    `<h2>Steps</h2>\n<table class="steps">\n<thead><tr><th></th><th>What</th><th>Who</th><th>Min.</th><th class="ini">Initials</th><th class="time">Time</th></tr></thead>\n<tbody>`,
    ...steps.map(stepRow),
    `</tbody>\n</table>`,
    `<section class="together">\n<h2>Exceptions</h2>\n<p>What did not go as written: the step, what was expected, what happened, what was decided. If there was none, strike the table through.</p>`,
    `<table class="blank">\n<thead><tr><th>Step</th><th>Expected</th><th>Happened</th><th>Decided</th><th>Initials</th></tr></thead>\n<tbody>`,
    ...Array.from({ length: 5 }, () => `<tr><td></td><td></td><td></td><td></td><td></td></tr>`),
    `</tbody>\n</table>\n</section>`,
    `<section class="together">\n<h2>Result</h2>`,
    `<ul class="tick"><li>Done, and a restore was proved</li><li>Done, UNPROVEN: no restore was proved</li><li>Aborted at step ______, nothing was changed after step ______</li></ul>`,
    ...["Transcript, SHA-256", "In words", "Checkpoint: entries, head"].map(writing),
    `</section>`,
    ticks("After the last step", AFTERWARDS),
    `<section class="together">\n<h2>Signatures</h2>\n<p>I was present from the first step to the last. This sheet says what was done. The transcript is signed by: ${e(signers.join(", "))}.</p>`,
    `<table class="sign">\n<thead><tr><th>Role</th><th>Name</th><th>Signature</th><th>Date, time</th></tr></thead>\n<tbody>`,
    ...roles.flatMap(signatureRows),
    `</tbody>\n</table>\n</section>`,
    `<footer>${e(ceremony)}, script SHA-256 ${sha256}</footer>\n</body>\n</html>\n`,
  ].join("\n");
}

function stepRow({ number, verb, kind, text, who, minutes, parameters, written, note, otherwise }: StepView): string {
  const said = `<p class="${kind === "read" ? "aloud" : "said"}">${prose(text)}</p>`;
  const pairs = parameters.map(({ label, value }) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`);
  const list = pairs.length === 0 ? "" : `<dl>${pairs.join("")}</dl>`;
  const wrong = otherwise === undefined ? "" : `<p class="wrong"><b>IF IT GOES WRONG</b> ${prose(otherwise)}</p>`;
  const how = note === undefined ? "" : `<p class="how">${prose(note)}</p>`;
  const lines = written.map(writing).join("");
  return `<tr><td class="n">${number}</td><td><p class="verb">${verb}</p>${said}${list}${how}${lines}${wrong}</td><td class="who">${WHO_TEXT[who]}</td><td class="min">${minutes ?? ""}</td><td class="ini"></td><td class="time"></td></tr>`;
}

/** Names with hyphens, such as those of algorithms, stay on one line. */
function unbroken(text: string): string {
  return escapeHtml(text).replace(/\w+(?:-\w+)+/g, `<span class="flag">$&</span>`);
}

/** What is said; a flag of a command is not broken after its hyphen. */
function prose(text: string): string {
  return escapeHtml(text).replace(/(?<=\s)--?[a-z][a-z-]*/g, `<span class="flag">$&</span>`);
}

function fact(name: string, value: string): string {
  return `<tr><th>${name}</th><td>${value}</td></tr>`;
}

function people(roles: readonly SheetRole[]): string {
  const rows = roles.flatMap(({ role, who, names, lines }) =>
    Array.from({ length: lines }, (_, i) => {
      const first = i > 0 ? "" : role === "Custodian" ? `${role}: ${who}` : role;
      return `<tr><td>${escapeHtml(first)}</td><td>${escapeHtml(names[i] ?? "")}</td><td></td><td></td></tr>`;
    }),
  );
  return `<table class="blank people">\n<thead><tr><th class="role">Role</th><th class="name">Name</th><th>Identity document</th><th>Initials</th></tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;
}

function inputTable({ inputs }: CeremonySheet): string {
  const rows = inputs.map(
    ({ name, prompt, wanted, value }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(prompt)}<br><small>${unbroken(wanted)}</small></td><td class="hash">${escapeHtml(value ?? "")}</td></tr>`,
  );
  return `<table>\n<thead><tr><th>Input</th><th>What it is</th><th style="width:45%">Value</th></tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;
}

function ticks(heading: string, lines: readonly string[]): string {
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("");
  return `<section class="together">\n<h2>${heading}</h2>\n<ul class="tick">${items}</ul>\n</section>`;
}

function writing(what: string): string {
  const second = /SHA-256|hash|[Ww]ords|head|Head/.test(what) ? `<div class="write"></div>` : "";
  return `<div class="write">${escapeHtml(what)}</div>${second}`;
}

function signatureRows({ role, names, lines }: SheetRole): string[] {
  return Array.from(
    { length: lines },
    (_, i) => `<tr><td class="role">${role}</td><td>${escapeHtml(names[i] ?? "")}</td><td></td><td></td></tr>`,
  );
}

/** Eight digits at a time. */
function groups(digest: string): string {
  return digest.replace(/.{8}(?!$)/g, "$& ");
}
