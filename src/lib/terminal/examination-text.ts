import type { Examination, Level } from "../host/check.ts";
import { countColumns, padColumns } from "./columns.ts";
import { show } from "./escape.ts";

/** Longest finding that is shown in full, in characters: two paths and a digest. */
const FINDING_WIDTH = 600;

const LEVELS = { ok: "ok", warning: "WARNING", refusal: "REFUSAL" } as const satisfies Record<Level, string>;

/**
 * All findings, each with the command that mends it on a line of its own, and go or no-go.
 *
 * @returns escaped lines without a line feed at the end
 */
export function examinationText({ go, findings }: Examination): string {
  const rows = findings.map(({ level, title, found, mend }) => ({
    level: LEVELS[level],
    title: show(title),
    found: show(found, FINDING_WIDTH),
    mend,
  }));
  const levelWidth = Math.max(...Object.values(LEVELS).map(countColumns));
  const titleWidth = Math.max(0, ...rows.map(({ title }) => countColumns(title)));
  const lines = rows.flatMap(({ level, title, found, mend }) => [
    `${padColumns(level, levelWidth)}  ${padColumns(title, titleWidth)}  ${found}`,
    ...(mend === undefined ? [] : [`    mend: ${show(mend, FINDING_WIDTH)}`]),
  ]);
  const count = (wanted: Level) => findings.filter(({ level }) => level === wanted).length;
  const verdict = `${go ? "GO" : "NO GO"}: ${counted(count("refusal"), "refusal")}, ${counted(count("warning"), "warning")}`;
  return [...lines, "", verdict].join("\n");
}

function counted(count: number, what: string): string {
  return `${count === 0 ? "no" : count} ${what}${count === 1 ? "" : "s"}`;
}
