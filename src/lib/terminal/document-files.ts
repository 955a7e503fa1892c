import type { Handover } from "../custodian/handover.ts";
import { ConclaveError, type ErrorCode, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { parseHandoverFile } from "../quorum/custodian-handover.ts";
import { type PlanFile, parsePlanFile } from "../quorum/plan-file.ts";
import { type ProofRequest, parseProofRequest } from "../quorum/proof-request.ts";

/** @throws ConclaveError NOT_FOUND, HOST_IO, or PLAN_INVALID with the path before the message */
export function readPlanFile(path: string): PlanFile {
  const bytes = readDocument(path, "PLAN_INVALID");
  return naming(path, () => parsePlanFile(bytes));
}

/** @throws ConclaveError NOT_FOUND, HOST_IO, or PLAN_INVALID with the path before the message */
export function readRequestFile(path: string): ProofRequest {
  const bytes = readDocument(path, "PLAN_INVALID");
  return naming(path, () => parseProofRequest(bytes));
}

/** @throws ConclaveError NOT_FOUND, HOST_IO, or INPUT_MALFORMED with the path before the message */
export function readHandoverFile(path: string): Handover {
  const bytes = readDocument(path, "INPUT_MALFORMED");
  return naming(path, () => parseHandoverFile(bytes));
}

/** The bytes of an approval or a proof. @throws ConclaveError NOT_FOUND, HOST_IO, APPROVAL_INVALID */
export function readAnswer(path: string): Uint8Array {
  return readDocument(path, "APPROVAL_INVALID");
}

/** What can't be such a document, being too large or no file, is refused as a malformed one. */
function readDocument(path: string, code: ErrorCode): Uint8Array {
  try {
    return readSmallFile(path, LIMITS.documentBytes);
  } catch (cause) {
    if (!isConclaveError(cause, "INPUT_MALFORMED")) throw cause;
    throw new ConclaveError(code, cause.message, { suggestions: cause.suggestions, cause });
  }
}

function naming<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!isConclaveError(cause)) throw cause;
    const message = `${path}: ${cause.message}`;
    throw new ConclaveError(cause.code, message, { suggestions: cause.suggestions, cause });
  }
}
