/** One labelled value of a sheet. A label begins with a capital and holds letters, digits and single spaces. */
export type Field = readonly [label: string, value: string];

/** Columns of paper. */
const COLUMNS = 100;
const HANGING = 4;

/**
 * What stands on paper as it is: the letters, marks and signs of fixed ranges of Unicode, so that a sheet of today is
 * read by the programs of later versions of it. Not among them: the backslash, "<", and whatever is invisible,
 * combines, or runs from right to left.
 */
const PLAIN =
  /[ -;=-[\]-~\u{a1}-\u{ac}\u{ae}-\u{2ff}\u{370}-\u{482}\u{48a}-\u{58f}\u{10a0}-\u{10ff}\u{1e00}-\u{1fff}\u{2010}-\u{2027}\u{2030}-\u{205e}\u{20a0}-\u{20c0}\u{2100}-\u{27ff}\u{2900}-\u{2bff}\u{3001}-\u{3029}\u{3030}-\u{303d}\u{3041}-\u{3096}\u{309b}-\u{30ff}\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{ac00}-\u{d7a3}]/u;

/** What a program for tables takes for a formula at the beginning of a cell. */
const FORMULA = /^[=+\-@]/;

/**
 * Fields as lines of a sheet: side by side, two spaces apart, if they have room on one line, else one below the other.
 * A value that is too long goes on in lines that are indented by four more; a word that is too long is broken after a
 * backslash. `readFields` gives back the same values, whatever they are.
 *
 * @param indent in columns
 */
export function fieldLines(fields: readonly Field[], indent = 0): string[] {
  const margin = " ".repeat(indent);
  const folded = fields.map(([label, value]) => foldValue(`${margin}${label}:`, escapeText(value), indent + HANGING));
  const beside = margin + folded.map((lines) => lines.map((line) => line.trimStart()).join(" ")).join("  ");
  const fits = folded.every((lines) => lines.length === 1) && columnsOf(beside) <= COLUMNS;
  return fits && folded.length > 1 ? [beside] : folded.flat();
}

/** The fields of lines that `fieldLines` wrote, in their order; blank lines and those that begin with `*` are passed over. */
export function readFields(lines: readonly string[]): Field[] {
  const whole: { indent: number; text: string }[] = [];
  for (const line of lines) {
    const text = line.trimStart();
    const indent = line.length - text.length;
    const before = whole.at(-1);
    if (text === "" || text.startsWith("*")) continue;
    if (before === undefined || indent !== before.indent + HANGING) whole.push({ indent, text });
    else before.text = before.text.endsWith("\\") ? before.text.slice(0, -1) + text : `${before.text} ${text}`;
  }
  return whole.flatMap(({ text }) => text.split("  ").map(readField));
}

function readField(text: string): Field {
  const colon = text.indexOf(":");
  return [text.slice(0, Math.max(colon, 0)), unescapeText(text.slice(colon + 1).replace(/^ /, ""))];
}

/** Each character outside the fixed ranges as `\u{…}`, and each space that stands at an end or after another. */
function escapeText(text: string): string {
  const plain = Array.from(text, (character) => (PLAIN.test(character) ? character : escaped(character))).join("");
  return plain.replace(/^ | $|(?<= ) /g, escaped);
}

function unescapeText(text: string): string {
  return text.replace(/\\u\{([0-9a-f]{1,6})\}/g, (whole, digits: string) => {
    const point = Number.parseInt(digits, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function foldValue(head: string, value: string, indent: number): string[] {
  const lines = [head];
  if (value === "") return lines;
  for (const word of value.split(" ")) {
    const longer = `${lines.at(-1)} ${lines.length === 1 && lines[0] === head ? guarded(word) : word}`;
    if (columnsOf(longer) <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(...brokenWord(word, indent));
  }
  return lines;
}

/** A word on lines of its own: on one, or on several that end in a backslash. */
function brokenWord(word: string, indent: number): string[] {
  const margin = " ".repeat(indent);
  const lines = [margin];
  for (const unit of word.match(/\\u\{[0-9a-f]+\}|./gsu) ?? []) {
    const line = lines.at(-1) ?? "";
    const longer = line + (line === margin ? guarded(unit) : unit);
    if (columnsOf(longer) < COLUMNS) lines[lines.length - 1] = longer;
    else lines.splice(-1, 1, `${line}\\`, margin + guarded(unit));
  }
  return lines;
}

/** So that no line and no value begins like a formula. */
function guarded(word: string): string {
  return FORMULA.test(word) ? escaped(word.charAt(0)) + word.slice(1) : word;
}

/** At most: what isn't ASCII may be two columns wide. */
function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) columns += character.charCodeAt(0) < 0x80 ? 1 : 2;
  return columns;
}
