import { z } from "zod";
import { digestWords } from "../crypto/words.ts";
import { firstIssue } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, timestampSchema } from "../names.ts";
import { runIdSchema } from "./run-id.ts";
import { type Field, fieldLines } from "./sheet.ts";
import { CHECKPOINT, HEAD, type Kind, type Layout, SECTIONS, type Section, VAULT } from "./transcript-layout.ts";

/** The first line of every transcript: no other text that Conclave signs begins with it. */
export const TRANSCRIPT = "Conclave ceremony transcript v1";

/** What anybody wrote or said; shown escaped. Line feeds in it are escaped too: fold paragraphs before. */
const saidSchema = z.string().max(4 * LIMITS.proseLength);

/** How a ceremony ended. */
export const OUTCOMES = ["proven", "unproven", "nothing to prove", "aborted"] as const;

/** Who takes part in a ceremony, and in which role; the last two sign transcripts. */
export const ROLES = ["administrator", "custodian", "witness"] as const;

export const transcriptSchema = z.strictObject({
  /** The script's name and title, and the SHA-256 of its file. */
  ceremony: nameSchema,
  title: saidSchema,
  script: digestSchema,
  run: runIdSchema,
  rehearsal: z.boolean(),
  outcome: z.enum(OUTCOMES),
  started: timestampSchema,
  ended: timestampSchema,
  /** Name of the host, and the version of Conclave. */
  host: saidSchema,
  tool: saidSchema,
  /** Null if the ceremony ended before there was one. */
  vault: z
    .strictObject({
      id: idSchema,
      name: nameSchema,
      epoch: idSchema,
      genesis: digestSchema,
      /** The host's public key, which signs the transcript. */
      hostKey: publicKeySchema,
    })
    .nullable(),
  inputs: z.array(z.strictObject({ name: saidSchema, value: saidSchema })),
  participants: z.array(
    z.strictObject({
      role: z.enum(ROLES),
      name: saidSchema,
      /** A custodian's quorum, by name. */
      quorum: nameSchema.nullable(),
      /** The public key by which the person may sign: the custodian key, or that of a witness's enrolment. */
      key: publicKeySchema.nullable(),
    }),
  ),
  steps: z.array(
    z.strictObject({
      number: z.int().positive(),
      text: saidSchema,
      who: saidSchema,
      time: timestampSchema.nullable(),
      initials: saidSchema.nullable(),
      /** "done", what was seen, or why it was not done. */
      outcome: saidSchema,
    }),
  ),
  exceptions: z.array(
    z.strictObject({
      step: z.int().positive(),
      time: timestampSchema,
      expected: saidSchema,
      happened: saidSchema,
      decided: saidSchema,
    }),
  ),
  plans: z.array(
    z.strictObject({
      id: runIdSchema,
      digest: digestSchema,
      approvals: z.array(
        z.strictObject({
          custodian: nameSchema,
          quorum: nameSchema,
          at: z.enum(["host", "desk"]),
          key: z.enum(["custodian", "share"]),
        }),
      ),
    }),
  ),
  /** The entries that the ceremony made, but for the one that tells of this transcript. */
  entries: z.array(z.strictObject({ sequence: z.int().positive(), type: saidSchema, hash: digestSchema })),
  backups: z.array(z.strictObject({ file: saidSchema, sha256: digestSchema })),
  /** The signed note of the checkpoint after these entries; null if there is no vault. */
  checkpoint: z.string().max(LIMITS.noteLength).endsWith("\n").nullable(),
});

/** All that a ceremony's transcript says; its signatures stand below its text. */
export type TranscriptContent = z.infer<typeof transcriptSchema>;

/** What people must not overlook. */
const BANNERS = {
  rehearsal: "*** R E H E A R S A L ***  Of a throwaway vault: nothing in it is real.",
  unproven: "*** U N P R O V E N ***  No backup was opened to prove that what was made can be restored.",
  aborted: "*** A B O R T E D ***  The ceremony was not carried through.",
} as const;

/** A record, whatever it is of. */
export type Members = { readonly [member: string]: unknown };

/**
 * The text of a transcript, to be signed: at most 100 columns, everything foreign escaped, the same for the same content.
 * @throws {RangeError} what is no content, or larger than a document may be
 */
export function writeTranscript(content: TranscriptContent): string {
  const parsed = transcriptSchema.safeParse(content);
  if (!parsed.success) throw new RangeError(`a transcript: ${firstIssue(parsed.error.issues)}`);
  const { rehearsal, outcome, vault, checkpoint } = content;
  const banners = [
    ...(rehearsal ? [BANNERS.rehearsal] : []),
    ...(outcome === "unproven" || outcome === "aborted" ? [BANNERS[outcome]] : []),
  ];
  const blocks = [
    [TRANSCRIPT],
    ...banners.map((banner) => [banner]),
    recordLines(HEAD, content, 0),
    ...(vault === null ? [] : [recordLines(VAULT, vault, 0)]),
    ...SECTIONS.flatMap((section) => sectionBlocks(section, content[section.member])),
    ...(checkpoint === null ? [] : [checkpointLines(checkpoint)]),
    ...(rehearsal ? [[BANNERS.rehearsal]] : []),
  ];
  const text = `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
  if (text.length > LIMITS.documentBytes / 4) throw new RangeError(`a transcript of ${text.length} characters`);
  return text;
}

function sectionBlocks({ heading, layout, inner }: Section, records: readonly Members[]): string[][] {
  return [
    fieldLines([[heading, String(records.length)]]),
    ...records.map((record) => [
      ...recordLines(layout, record, 2),
      ...(inner === undefined ? [] : (record[inner.member] as Members[])).flatMap((member) =>
        recordLines(inner?.layout ?? [], member, 4),
      ),
    ]),
  ];
}

function checkpointLines(note: string): string[] {
  const lines = note.slice(0, -1).split("\n");
  return ["Checkpoint:", ...lines.flatMap((line) => recordLines(CHECKPOINT, { line }, 2))];
}

function recordLines(layout: Layout, record: Members, indent: number): string[] {
  return layout.flatMap((columns) => {
    const present = columns.filter(({ name }) => record[name] !== null);
    const fields = present.map(({ label, name, kind }): Field => [label, shown(record[name], kind)]);
    const digest = present.find(({ kind }) => kind === "digest");
    const words: Field[] = digest === undefined ? [] : [["Words", digestWords(String(record[digest.name]))]];
    return [...fieldLines(fields, indent), ...words.flatMap((field) => fieldLines([field], indent))];
  });
}

function shown(value: unknown, kind: Kind): string {
  if (kind === "yes or no") return value === true ? "yes" : "no";
  return String(value);
}
