import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { digestSchema, nameSchema, publicKeySchema, textSchema, timestampSchema } from "../names.ts";
import { runIdSchema } from "./run-id.ts";
import { OUTCOMES } from "./transcript.ts";

/** Initials by which a person ticks a step: letters, as they stand on the paper. */
export const initialsSchema = z.string().regex(/^\p{L}{1,4}$/u, "must be one to four letters");

const stepSchema = z.int().nonnegative();
/** What was said, in one paragraph. */
const proseSchema = z.string().max(LIMITS.proseLength);
const linesSchema = z.array(z.strictObject({ label: textSchema, value: z.string().max(4096) })).max(1000);

/** What happened in a run, each with the members that tell all of it. Nothing in them is secret. */
const EVENTS = [
  z.strictObject({
    event: z.literal("start"),
    run: runIdSchema,
    ceremony: nameSchema,
    /** SHA-256 of the script's file, and the file: what was begun is what is gone on with. */
    script: digestSchema,
    text: z.string().max(LIMITS.scriptBytes),
    /** Folder of the vault. */
    vault: z.string().max(4096),
    rehearsal: z.boolean(),
    tool: textSchema,
    user: textSchema,
    host: textSchema,
  }),
  z.strictObject({
    event: z.literal("person"),
    role: z.enum(["administrator", "witness"]),
    name: textSchema,
    initials: initialsSchema,
    /** By which the person may sign the transcript; null: the person has none. */
    key: publicKeySchema.nullable(),
  }),
  z.strictObject({ event: z.literal("input"), name: z.string().max(32), value: proseSchema }),
  z.strictObject({
    event: z.literal("check"),
    check: textSchema,
    found: z.string().max(4096),
    passed: z.boolean(),
  }),
  /** The machine begins a step: after a crash it may be done or not, which the vault tells. */
  z.strictObject({
    event: z.literal("begin"),
    step: stepSchema,
    /** Entries that the chain had. */
    entries: z.int().nonnegative(),
  }),
  /** A plan is about to be executed, or was written for custodians elsewhere. */
  z.strictObject({
    event: z.literal("plan"),
    step: stepSchema,
    plan: runIdSchema,
    digest: digestSchema,
    file: z.string().max(4096).nullable(),
  }),
  z.strictObject({
    event: z.literal("executed"),
    step: stepSchema,
    plan: runIdSchema,
    entries: z.array(z.int().positive()),
  }),
  /** What a step of the machine gave, as it was shown. */
  z.strictObject({
    event: z.literal("result"),
    step: stepSchema,
    lines: linesSchema,
    /** Sequences of the entries that it made. */
    entries: z.array(z.int().positive()),
    /** Of a backup: where it lies. */
    file: z.string().max(4096).optional(),
    sha256: digestSchema.optional(),
  }),
  /** A custodian proved the share. */
  z.strictObject({ event: z.literal("proved"), step: stepSchema, custodian: nameSchema }),
  z.strictObject({ event: z.literal("tick"), step: stepSchema, initials: initialsSchema }),
  z.strictObject({
    event: z.literal("exception"),
    step: stepSchema,
    expected: proseSchema,
    happened: proseSchema,
    decided: proseSchema,
    initials: initialsSchema,
  }),
  /** Somebody else takes a role over. */
  z.strictObject({
    event: z.literal("handover"),
    step: stepSchema,
    role: z.enum(["administrator", "witness"]),
    from: textSchema,
    to: textSchema,
    initials: initialsSchema,
    key: publicKeySchema.nullable(),
  }),
  z.strictObject({ event: z.literal("pause"), step: stepSchema }),
  z.strictObject({ event: z.literal("resume"), step: stepSchema, user: textSchema }),
  z.strictObject({ event: z.literal("abort"), step: stepSchema, reason: proseSchema }),
  /** Of an aborted run: what the step had begun was taken back. */
  z.strictObject({ event: z.literal("undone"), step: stepSchema, what: textSchema }),
  z.strictObject({
    event: z.literal("end"),
    outcome: z.enum(OUTCOMES),
    /** SHA-256 of the transcript's text, and where it lies; null if there is none: the run never had a vault. */
    transcript: digestSchema.nullable(),
    file: z.string().max(4096).nullable(),
    /** Sequence of the entry that tells of it. */
    entry: z.int().positive().nullable(),
  }),
] as const;

const eventSchema = z.discriminatedUnion("event", EVENTS);

/** One event of a run, as it is told. */
export type RunEvent = z.infer<typeof eventSchema>;
/** One event of a run, of one kind. */
export type EventOf<E extends RunEvent["event"]> = Extract<RunEvent, { event: E }>;

/** A line of a run log: an event, when, and the SHA-256 of the line before. */
export const lineSchema = z.strictObject({
  previous: digestSchema.nullable(),
  time: timestampSchema,
  what: eventSchema,
});

export interface LoggedEvent {
  time: string;
  what: RunEvent;
}
