import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { IntegrityError, isConclaveError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema } from "../names.ts";
import { assertPrivateDirectory, assertPrivateFile, createPrivateDirectory } from "./directory.ts";
import { ioExplained, readSmallFile, removeFileDurably, removeIfThere, replaceFileDurably } from "./files.ts";
import { shellWord } from "./shell-word.ts";

/** Name of a record while it is being written. */
const UNFINISHED = /^\.([0-9a-f]{32})\.[0-9]+$/;

const planSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** By which a finished output is known again. */
const madeSchema = z.strictObject({
  /** In bytes. */
  size: z.int().nonnegative(),
  /** Of the GMAC, of this output alone: 32 random bytes. */
  key: digestSchema,
  gmac: z.string().regex(/^[0-9a-f]{32}$/),
});

const outputSchema = z.strictObject({
  path: z
    .string()
    .max(4096)
    .refine((path) => isFilePath(path), "must be the absolute path of a file"),
  /** Null while it is being written. */
  made: madeSchema.nullable(),
});

export const outputRecordSchema = z.strictObject({
  version: z.literal(1),
  /** Ids. */
  vault: idSchema,
  plan: planSchema,
  outputs: z
    .array(outputSchema)
    .max(LIMITS.actions)
    .refine(
      (outputs) => new Set(outputs.map(({ path }) => path)).size === outputs.length,
      "must be of different paths",
    ),
});

/** What a plan that is being executed makes outside of the vault: where, and how it is known again. */
export type OutputRecord = z.infer<typeof outputRecordSchema>;

/** One output of it. */
export type RecordedOutput = OutputRecord["outputs"][number];

/** Where the records of a vault lie. */
export function outputsFolder(state: string, vault: string): string {
  return join(state, vault, "outputs");
}

/** Make the folder of the records, or see that it is closed to others. @throws ConclaveError HOST_PREFLIGHT, HOST_IO */
export function prepareOutputsFolder(state: string, vault: string): void {
  const folder = outputsFolder(state, vault);
  createPrivateDirectory(folder);
  assertPrivateDirectory(folder);
}

/** Write the record of a plan, or replace it, durably. */
export function saveOutputRecord(state: string, record: OutputRecord): void {
  replaceFileDurably(join(outputsFolder(state, record.vault), record.plan), canonicalFile(record));
}

/**
 * The record of a plan; undefined if there is none.
 * @throws ConclaveError INTEGRITY: it is malformed, or of another vault or plan; HOST_PREFLIGHT: others may have written it
 */
export function loadOutputRecord(state: string, vault: string, plan: string): OutputRecord | undefined {
  const path = join(outputsFolder(state, vault), plan);
  const refuse = (problem: string) =>
    new IntegrityError(path, `${problem}: nothing that it names was touched`, {
      suggestions: [`If you know why, remove it, and by hand what it names: rm ${shellWord(path)}`],
    });
  let bytes: Uint8Array;
  try {
    assertPrivateFile(path);
    bytes = readSmallFile(path, LIMITS.stateFileBytes);
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    if (isConclaveError(error, "INPUT_MALFORMED")) throw refuse("too large");
    throw error;
  }
  const record = parseCanonicalFile(bytes, outputRecordSchema, refuse);
  if (record.vault !== vault || record.plan !== plan) throw refuse("the record of another vault or plan");
  return record;
}

/** Remove the record of a plan, and what was left of writing it. */
export function removeOutputRecord(state: string, vault: string, plan: string): void {
  const folder = outputsFolder(state, vault);
  removeFileDurably(join(folder, plan));
  ioExplained(folder, () => {
    for (const name of readdirSync(folder)) {
      if (UNFINISHED.exec(name)?.[1] === plan) removeIfThere(join(folder, name));
    }
  });
}

/** Plans of which a record is there, or anything that belongs to one. */
export function recordedPlans(state: string, vault: string): string[] {
  const folder = outputsFolder(state, vault);
  return ioExplained(folder, () => {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
    return [...new Set(readdirSync(folder).flatMap((name) => planOf(name) ?? []))].sort();
  });
}

/** Path of the lock that says whether the process that executes a plan still lives. */
export function outputLockPath(state: string, vault: string, plan: string): string {
  return join(outputsFolder(state, vault), `${plan}.lock`);
}

/** The plan to which a file in the folder belongs: its record, its lock, or `.PLAN-ID.PID`, a record that is being written. */
function planOf(name: string): string | undefined {
  return (/^([0-9a-f]{32})(?:\.lock)?$/.exec(name) ?? UNFINISHED.exec(name))?.[1];
}

function isFilePath(path: string): boolean {
  return path !== "/" && !path.includes("\0") && resolve(path) === path;
}
