import { hostname } from "node:os";
import { readNote } from "../../src/lib/audit/signed-note.ts";
import { parseTranscript } from "../../src/lib/ceremony/parse-transcript.ts";
import { type TranscriptContent, writeTranscript } from "../../src/lib/ceremony/transcript.ts";

/** What differs from run to run, and what stands for the nth of it. */
const CHANGING: readonly (readonly [RegExp, (nth: number) => string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, () => "2026-01-01T00:00:00.000Z"],
  [/[0-9a-f]{8}-4?\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}(?=\.backup)/g, () => "VAULT-TIME-DIGEST"],
  [
    /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g,
    (n) => `00000000-0000-4000-8000-${padded(n, 12)}`,
  ],
  [/\b[0-9a-f]{64}\b/g, (n) => padded(n, 64)],
  [/\b[0-9a-f]{32}\b/g, (n) => padded(n, 32)],
  [/(?<=Check value: )[0-9a-f]{10}\b/g, () => "0123456789"],
  [/(?:[a-z]{3,8} ){11}[a-z]{3,8}(?=$|;)/g, () => "TWELVE WORDS"],
  [/— \S+ [A-Za-z0-9+/]{60,}={0,2}/g, () => "— NOTE-SIGNATURE"],
  [/(?<=^|\n|; )[A-Za-z0-9+/]{43}=(?=$|\n|;)/g, () => "ROOT"],
];

/**
 * A transcript as every run has it, and below it who signed: times, ids, digests and keys are put in their order in
 * place of what they are, before the text is laid out.
 *
 * @param folder the temporary folder
 */
export function normalTranscript(note: string, folder: string): string {
  const read = readNote(note);
  if (read === undefined) throw new Error("not a signed note");
  const replaced = CHANGING.map(([pattern, name]) => ({ pattern, name, known: new Map<string, string>() }));
  const normal = (text: string) => {
    let seen = text.replaceAll(folder, "/PLACE").replace(/conclave-rehearsal-\w+/g, "REHEARSAL");
    for (const { pattern, name, known } of replaced) {
      seen = seen.replace(pattern, (found) => {
        if (!known.has(found)) known.set(found, name(known.size + 1));
        return known.get(found) ?? "";
      });
    }
    return seen;
  };
  const content = each(parseTranscript(read.text), normal) as TranscriptContent;
  const signers = read.signatures.map(({ name }) => normal(name));
  return `${writeTranscript({ ...content, host: content.host.replace(hostname(), "HOST") })}\nSigned: ${signers.join(", ")}\n`;
}

function each(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((member) => each(member, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, each(member, change)]));
}

function padded(n: number, length: number): string {
  return n.toString(16).padStart(length, "0");
}
