import { IntegrityError } from "../errors.ts";

/** A backup that is altered, cut off, or no backup. */
export function backupError(path: string, problem: string, cause?: unknown): IntegrityError {
  return new IntegrityError(path, problem, {
    cause,
    suggestions: ["Use another copy of it, or an earlier backup: conclave backup list DIR"],
  });
}
