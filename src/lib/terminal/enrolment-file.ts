import {
  type EnrolmentFile,
  enrolmentDigest,
  parseEnrolmentFile,
  parseSignedEnrolment,
} from "../custodian/enrolment.ts";
import { ConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";

/**
 * Read an enrolment file.
 * @throws ConclaveError NOT_FOUND; INPUT_MALFORMED with the path before the message
 */
export function readEnrolment(path: string): ReturnType<typeof parseEnrolmentFile> {
  return reading(path, parseEnrolmentFile);
}

/** The same, with its signature. */
export function readSignedEnrolment(path: string): { file: EnrolmentFile; digest: string } {
  const file = reading(path, parseSignedEnrolment);
  return { file, digest: enrolmentDigest(file.enrolment) };
}

function reading<T>(path: string, parse: (bytes: Uint8Array) => T): T {
  const bytes = readSmallFile(path, LIMITS.documentBytes);
  try {
    return parse(bytes);
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}
