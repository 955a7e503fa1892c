import { createPublicKey } from "node:crypto";
import { base64 } from "../bytes.ts";
import type { Rereadable } from "../host/byte-source.ts";
import type { ActOutput } from "../vault/unlocked.ts";
import { encryptFile } from "./cipher-file.ts";
import { newFileSecret } from "./file-secret.ts";
import type { UsableVersion } from "./use.ts";

/**
 * Encrypt an input to the public half of a key, which needs no quorum.
 * @param usable of an algorithm that encrypts so, and for "encrypt"
 * @param associatedData its SHA-256, if there are any
 * @returns SHA-256 and bytes of what was written, which is finished
 * @throws ConclaveError INPUT_MALFORMED, HOST_IO
 */
export async function encryptToPublicKey(
  vault: string,
  { key, version, algorithm }: UsableVersion,
  input: Rereadable,
  associatedData: string | undefined,
  output: ActOutput,
  progress: ((done: number, total: number) => void) | undefined,
): Promise<{ sha256: string; size: number }> {
  if (version.publicKey === null) throw new TypeError("a key without public half");
  const made = newFileSecret(algorithm, createPublicKey(version.publicKey));
  using secret = made.secret;
  const head = {
    type: "encrypted-file",
    version: 1,
    vault,
    key: key.id,
    keyVersion: version.version,
    algorithm,
    associatedData: associatedData !== undefined,
    encapsulated: base64(made.encapsulated),
  } as const;
  const written = await encryptFile(input, output, { head, associatedData, secret }, undefined, progress);
  await output.finish();
  return written;
}
