import { parseEnrolmentFile } from "../custodian/enrolment.ts";
import { ConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";

/**
 * Read an enrolment file.
 * @throws ConclaveError NOT_FOUND; INPUT_MALFORMED with the path before the message
 */
export function readEnrolment(path: string): ReturnType<typeof parseEnrolmentFile> {
  const bytes = readSmallFile(path, LIMITS.documentBytes);
  try {
    return parseEnrolmentFile(bytes);
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}
