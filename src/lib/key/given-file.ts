import { sha256Hex } from "../crypto/digest.ts";
import { isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import type { ActPlace } from "../vault/unlocked.ts";

/**
 * The file that a plan names by its digest, among those that were given to the act; undefined if it is none of them.
 * @param limit largest size in bytes; a larger file is another one
 * @throws ConclaveError NOT_FOUND, HOST_IO of a file before it
 */
export function givenFile(
  place: ActPlace | undefined,
  { sha256, size }: { sha256: string; size: number },
  limit: number,
): Uint8Array | undefined {
  for (const path of place?.inputs ?? []) {
    const bytes = readIfFits(path, limit);
    if (bytes?.length === size && sha256Hex(bytes) === sha256) return bytes;
  }
  return undefined;
}

function readIfFits(path: string, limit: number): Uint8Array | undefined {
  try {
    return readSmallFile(path, limit);
  } catch (error) {
    if (isConclaveError(error, "INPUT_MALFORMED")) return undefined;
    throw error;
  }
}
