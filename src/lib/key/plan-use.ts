import { ConclaveError } from "../errors.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Algorithm } from "./algorithm.ts";
import { findKey } from "./find.ts";
import { type KeyMacParameters, keyMac } from "./mac.ts";
import type { MessageReference } from "./message.ts";
import type { KeyReference } from "./reference.ts";
import { type KeySignParameters, keySign } from "./sign.ts";
import { type Scheme, type SignatureFormat, schemesOf } from "./signature-scheme.ts";

/** What somebody wants to do with a key. */
interface UseRequest {
  /** NAME or KEYRING/NAME. */
  key: string;
  /** The current one if not given. */
  version: number | undefined;
  message: MessageReference;
}

/** @throws ConclaveError NOT_FOUND; USAGE the key doesn't sign */
export async function planSign(
  state: Reader,
  request: UseRequest & { scheme: Scheme | undefined; format: SignatureFormat },
): Promise<PlannedAction> {
  const { key, algorithm, version } = await findVersion(state, request);
  const scheme = request.scheme ?? schemesOf(algorithm)[0];
  if (scheme === undefined) throw new ConclaveError("USAGE", `a key of ${algorithm} does not sign`);
  const { format, message } = request;
  const parameters: KeySignParameters = { key, version, scheme, format, message };
  return { action: keySign.name, parameters };
}

/** @throws ConclaveError NOT_FOUND */
export async function planMac(state: Reader, request: UseRequest): Promise<PlannedAction> {
  const { key, version } = await findVersion(state, request);
  const parameters: KeyMacParameters = { key, version, message: request.message };
  return { action: keyMac.name, parameters };
}

async function findVersion(
  state: Reader,
  { key: name, version }: UseRequest,
): Promise<{ key: KeyReference; algorithm: Algorithm; version: number }> {
  const { key, keyring } = await findKey(state, name);
  const reference = { id: key.id, name: key.name, keyring: { id: keyring.id, name: keyring.name } };
  return { key: reference, algorithm: key.algorithm as Algorithm, version: version ?? key.version };
}
