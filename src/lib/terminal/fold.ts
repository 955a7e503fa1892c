import { stripVTControlCharacters } from "node:util";
import { countColumns } from "./columns.ts";

/** On a screen narrower than this, in columns, words can't be kept whole. */
const NARROWEST = 20;

/**
 * Text whose lines are broken between words where a screen would break them anywhere. What follows stands below the
 * start of the line's text: after its indent or, in `name  value`, below the value. Left as they are: lines of more
 * columns (tables), lines indented by four or more (commands to be copied), words wider than the screen.
 *
 * @param columns width of the screen; undefined where there is none, and then nothing is folded
 */
export function fold(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  return text
    .split("\n")
    .map((line) => foldLine(line, columns))
    .join("\n");
}

function foldLine(line: string, columns: number): string {
  const [, head = "", rest = ""] = /^( *(?:\S+(?: \S+)* {2,}(?=\S))?)(.*)$/s.exec(line) ?? [];
  if (width(line) <= columns || rest.includes("  ") || head.startsWith("    ")) return line;
  const indent = " ".repeat(width(head));
  const [first = "", ...words] = rest.split(" ");
  const lines = [head + first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (width(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

/** Columns that a line takes; its colours take none. */
function width(line: string): number {
  return countColumns(stripVTControlCharacters(line));
}
