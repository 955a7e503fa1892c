import { IntegrityError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { type Field, readFields } from "./sheet.ts";
import { type Members, TRANSCRIPT, type TranscriptContent, transcriptSchema, writeTranscript } from "./transcript.ts";
import { CHECKPOINT, HEAD, type Layout, SECTIONS, type Section, VAULT } from "./transcript-layout.ts";

/**
 * What a transcript's text says. One spelling only is accepted: that of `writeTranscript`.
 * @param text without signatures
 * @throws IntegrityError naming the line
 */
export function parseTranscript(text: string): TranscriptContent {
  const lines = text.split("\n");
  if (lines[0] !== TRANSCRIPT) throw new IntegrityError("transcript", `line 1 is not "${TRANSCRIPT}"`);
  const fields = readFields(lines.slice(1));
  const head = takeRecord(fields, HEAD);
  const vault = fields[0]?.[0] === "Vault" ? takeRecord(fields, VAULT) : null;
  const lists = SECTIONS.map(({ heading, member, layout, inner }) => {
    take(fields, heading);
    return [member, takeRecords(fields, layout, inner)];
  });
  const note = take(fields, "Checkpoint") === undefined ? undefined : takeRecords(fields, CHECKPOINT);
  const checkpoint = note?.map(({ line }) => `${String(line)}\n`).join("") ?? null;

  const parsed = transcriptSchema.safeParse({ ...head, vault, ...Object.fromEntries(lists), checkpoint });
  if (!parsed.success) throw new IntegrityError("transcript", firstIssue(parsed.error.issues));
  const again = writeTranscript(parsed.data).split("\n");
  const differs = lines.findIndex((line, index) => line !== again[index]);
  if (differs === -1 && lines.length === again.length) return parsed.data;
  throw new IntegrityError(
    "transcript",
    `line ${(differs === -1 ? lines.length : differs) + 1} is not as it is written`,
  );
}

function takeRecords(fields: Field[], layout: Layout, inner?: Section["inner"]): Members[] {
  const records: Members[] = [];
  while (fields.length > 0 && fields[0]?.[0] === layout[0]?.[0]?.label) {
    const record = takeRecord(fields, layout);
    records.push(inner === undefined ? record : { ...record, [inner.member]: takeRecords(fields, inner.layout) });
  }
  return records;
}

function takeRecord(fields: Field[], layout: Layout): Members {
  const members = layout.flat().map(({ label, name, kind }) => {
    const value = take(fields, label);
    if (kind === "digest") take(fields, "Words");
    if (value === undefined) return [name, null];
    if (kind === "yes or no") return [name, value === "yes"];
    return [name, kind === "integer" && /^[1-9][0-9]{0,15}$/.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(members);
}

/** The value of the next field, if it has this label. */
function take(fields: Field[], label: string): string | undefined {
  return fields[0]?.[0] === label ? fields.shift()?.[1] : undefined;
}
