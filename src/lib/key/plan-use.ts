import { ConclaveError } from "../errors.ts";
import type { PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Algorithm } from "./algorithm.ts";
import type { AssociatedData } from "./associated-data.ts";
import { type KeyDecryptParameters, keyDecrypt } from "./decrypt.ts";
import { type KeyEncryptParameters, keyEncrypt } from "./encrypt.ts";
import type { EncryptedHead } from "./encrypted-file.ts";
import { findKey } from "./find.ts";
import { type KeyMacParameters, keyMac } from "./mac.ts";
import type { MessageDigest, MessageReference } from "./message.ts";
import { type KeyReference, referenceTo } from "./reference.ts";
import { type KeySignParameters, keySign } from "./sign.ts";
import { type Scheme, type SignatureFormat, schemesOf } from "./signature-scheme.ts";
import type { PublicInput, SecretInput } from "./stream-input.ts";

/** Which version of which key somebody wants to use. */
export interface VersionRequest {
  /** NAME or KEYRING/NAME. */
  key: string;
  /** The current one if not given. */
  version: number | undefined;
}

/** @throws ConclaveError NOT_FOUND; USAGE the key doesn't sign */
export async function planSign(
  state: Reader,
  request: VersionRequest & {
    message: MessageReference | MessageDigest;
    scheme: Scheme | undefined;
    format: SignatureFormat;
  },
): Promise<PlannedAction> {
  const { key, algorithm, version } = await findVersion(state, request);
  const scheme = request.scheme ?? schemesOf(algorithm)[0];
  if (scheme === undefined) throw new ConclaveError("USAGE", `a key of ${algorithm} does not sign`);
  const { format, message } = request;
  const parameters: KeySignParameters = { key, version, scheme, format, message };
  return { action: keySign.name, parameters };
}

/** @throws ConclaveError NOT_FOUND */
export async function planMac(
  state: Reader,
  request: VersionRequest & { message: MessageReference },
): Promise<PlannedAction> {
  const { key, version } = await findVersion(state, request);
  const parameters: KeyMacParameters = { key, version, message: request.message };
  return { action: keyMac.name, parameters };
}

/** @throws ConclaveError NOT_FOUND */
export async function planEncrypt(
  state: Reader,
  request: VersionRequest & { input: SecretInput; associatedData: AssociatedData },
): Promise<PlannedAction> {
  const { key, version } = await findVersion(state, request);
  const { input, associatedData } = request;
  const parameters: KeyEncryptParameters = { key, version, input, associatedData };
  return { action: keyEncrypt.name, parameters };
}

/**
 * @param request which key opens the file: that which its head names, if not given
 * @throws ConclaveError NOT_FOUND; USAGE it was encrypted with associated data and none are given, or the other way round
 */
export async function planDecrypt(
  state: Reader,
  head: EncryptedHead,
  request: {
    key: VersionRequest | undefined;
    input: PublicInput;
    associatedData: AssociatedData;
    acceptCompromised: boolean;
  },
): Promise<PlannedAction> {
  const { input, associatedData, acceptCompromised } = request;
  if (head.associatedData && associatedData === null)
    throw new ConclaveError(
      "USAGE",
      `${input.name}: was encrypted with associated data, and opens only with the same`,
      {
        suggestions: ["Give them: --aad TEXT, or --aad-file FILE"],
      },
    );
  if (!head.associatedData && associatedData !== null)
    throw new ConclaveError("USAGE", `${input.name}: was encrypted without associated data`);
  const { key, version } =
    request.key === undefined ? await namedBy(state, head, input.name) : await findVersion(state, request.key);
  const parameters: KeyDecryptParameters = { key, version, input, associatedData, acceptCompromised };
  return { action: keyDecrypt.name, parameters };
}

/** A version of a key that a request names. @throws ConclaveError NOT_FOUND; USAGE a name that two keyrings have */
export async function findVersion(
  state: Reader,
  { key: name, version }: VersionRequest,
): Promise<{ key: KeyReference; algorithm: Algorithm; version: number }> {
  const { key, keyring } = await findKey(state, name);
  return { key: referenceTo(key, keyring), algorithm: key.algorithm as Algorithm, version: version ?? key.version };
}

async function namedBy(
  state: Reader,
  head: EncryptedHead,
  name: string,
): Promise<{ key: KeyReference; version: number }> {
  const key = await state.find("keys", { id: head.key });
  const keyring = key === undefined ? undefined : await state.find("keyrings", { id: key.keyring });
  if (key !== undefined && keyring !== undefined) return { key: referenceTo(key, keyring), version: head.keyVersion };
  throw new ConclaveError("NOT_FOUND", `${name}: was encrypted with key ${head.key} of vault ${head.vault}, not here`, {
    suggestions: ["If it came here under another id, name it: conclave key decrypt NAME --version N"],
  });
}
