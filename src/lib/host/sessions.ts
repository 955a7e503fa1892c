import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { canonicalFile, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, timestampSchema } from "../names.ts";
import { assertPrivateDirectory, createPrivateDirectory } from "./directory.ts";
import { createFileDurably, ioExplained, readSmallFile, removeFileDurably } from "./files.ts";

const sessionSchema = z.strictObject({
  version: z.literal(1),
  /** Id of the plan. */
  plan: z.string().regex(/^[0-9a-f]{32}$/),
  expires: timestampSchema,
  kept: z.enum(["sealed", "plain"]),
  /** The age identity that opens the shares of the plan's approvals: as it is, or an armored age file sealed to a passphrase. */
  identity: z.string().max(LIMITS.shareFileBytes),
  /** Under which the plan commits to secret inputs by HMAC-SHA-256, 64 hexadecimal digits. */
  inputKey: digestSchema.optional(),
});

/** The identity to which custodians seal the shares that approve one open plan. */
export type StoredSession = z.infer<typeof sessionSchema>;

/** Keep a session until its plan is executed, cancelled or expires. */
export function saveSession(state: string, vault: string, session: StoredSession): void {
  createPrivateDirectory(folder(state, vault));
  assertPrivateDirectory(folder(state, vault));
  createFileDurably(join(folder(state, vault), session.plan), canonicalFile(session));
}

/** @throws ConclaveError PLAN_INVALID: this host has no session of that plan; INTEGRITY: it is malformed */
export function loadSession(state: string, vault: string, plan: string): StoredSession {
  try {
    return readSession(join(folder(state, vault), plan));
  } catch (error) {
    if (!isConclaveError(error, "NOT_FOUND")) throw error;
    throw new ConclaveError(
      "PLAN_INVALID",
      `plan ${plan}: its session is not on this host: executed, cancelled, expired, or made elsewhere`,
      {
        cause: error,
        suggestions: ["Make the plan anew, and ask for new approvals"],
      },
    );
  }
}

export function removeSession(state: string, vault: string, plan: string): void {
  removeFileDurably(join(folder(state, vault), plan));
}

/**
 * Remove the sessions that expired, and those of which `ended` says so.
 * @throws ConclaveError of one that can't be read or removed, once the others are removed
 */
export function sweepSessions(state: string, vault: string, now: Date, ended: (plan: string) => boolean): void {
  const problems: unknown[] = [];
  for (const name of keptSessions(state, vault)) {
    const path = join(folder(state, vault), name);
    try {
      if (ended(name) || Date.parse(readSession(path).expires) <= now.getTime()) removeFileDurably(path);
    } catch (error) {
      if (!isConclaveError(error, "NOT_FOUND")) problems.push(error); // else another process removed it
    }
  }
  if (problems.length > 0) throw problems[0];
}

/** Ids of the plans whose sessions are kept. */
export function keptSessions(state: string, vault: string): string[] {
  const path = folder(state, vault);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return ioExplained(path, () => readdirSync(path)).filter((name) => /^[0-9a-f]{32}$/.test(name));
}

function readSession(path: string): StoredSession {
  const refuse = (problem: string) => new IntegrityError(path, problem);
  try {
    return parseCanonicalFile(readSmallFile(path, LIMITS.stateFileBytes), sessionSchema, refuse);
  } catch (cause) {
    if (!isConclaveError(cause, "INPUT_MALFORMED")) throw cause;
    throw refuse("no regular file, or too large"); // of which the path stands in the cause
  }
}

function folder(state: string, vault: string): string {
  return join(state, vault, "sessions");
}
