import { countColumns, padColumns } from "./columns.ts";
import { show } from "./escape.ts";

/**
 * Aligned columns under a line of headings; every cell is escaped, so any text may stand in it.
 *
 * @param rows each with one cell a heading; an empty cell shows as `-`
 * @returns lines without a line feed at the end
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => headings.map((_, column) => show(row[column] || "-")));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => countColumns(line[column] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => padColumns(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
