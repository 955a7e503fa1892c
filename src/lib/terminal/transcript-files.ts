import { type ReadTranscript, readTranscripts } from "../ceremony/read-transcript.ts";
import type { GivenWitness } from "../ceremony/verify-transcript.ts";
import { parseWitnessFile } from "../custodian/witness.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";

/**
 * Read copies of one transcript, with the signatures of all of them.
 * @throws ConclaveError NOT_FOUND, HOST_IO, INTEGRITY with the path
 */
export function readTranscriptFiles(paths: readonly string[]): ReadTranscript {
  return readTranscripts(paths.map((path) => ({ path, bytes: readTranscriptBytes(path) })));
}

/** The bytes of one. What can't be a transcript, being too large or no file, is refused as a malformed one. */
export function readTranscriptBytes(path: string): Uint8Array {
  try {
    return readSmallFile(path, LIMITS.documentBytes);
  } catch (cause) {
    if (!isConclaveError(cause, "INPUT_MALFORMED")) throw cause;
    throw new IntegrityError(path, cause.message.slice(path.length + 2), { suggestions: cause.suggestions, cause });
  }
}

/** @throws ConclaveError NOT_FOUND, HOST_IO; INPUT_MALFORMED with the path */
export function readWitnessFile(path: string): GivenWitness {
  const bytes = readSmallFile(path, LIMITS.documentBytes);
  try {
    return parseWitnessFile(bytes);
  } catch (cause) {
    if (!isConclaveError(cause)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}
