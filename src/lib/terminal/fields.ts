import { countColumns, padColumns } from "./columns.ts";
import { show } from "./escape.ts";

/** Longest value that is shown in full, in characters: a digest, a recipient's head, a path, a reason. */
const VALUE_WIDTH = 300;

/**
 * One `name  value` a line, the values aligned and escaped, so any text may stand in them.
 *
 * @param pairs in the order of the lines; an empty value shows as `-`
 * @returns lines without a line feed at the end
 */
export function fields(pairs: Iterable<readonly [name: string, value: string]>): string {
  const lines = Array.from(pairs, ([name, value]) => [show(name), show(value || "-", VALUE_WIDTH)] as const);
  const width = Math.max(0, ...lines.map(([name]) => countColumns(name)));
  return lines.map(([name, value]) => `${padColumns(name, width)}  ${value}`).join("\n");
}
