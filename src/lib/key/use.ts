import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Unlocked } from "../vault/unlocked.ts";
import type { Algorithm, Usage } from "./algorithm.ts";
import { type KeyReference, keyPath, requireKey } from "./reference.ts";
import { permittedUsages, stateAt } from "./state.ts";

/** A key version that may be used. */
export interface UsableVersion {
  key: Row<"keys">;
  version: Row<"keyVersions">;
  algorithm: Algorithm;
}

/**
 * Look whether a key version may be used for something.
 * @param time at which its state is looked at
 * @param acceptCompromised whether what a compromised key opens or checks is taken
 * @throws ConclaveError NOT_FOUND; REFUSED by its state, or since it isn't made for that
 */
export async function requireUsable(
  state: Reader,
  reference: KeyReference,
  number: number,
  usage: Usage,
  time: string,
  acceptCompromised = false,
): Promise<UsableVersion> {
  const key = await requireKey(state, reference);
  const version = await state.find("keyVersions", { key: key.id, version: number });
  if (version === undefined) throw new ConclaveError("NOT_FOUND", `key ${keyPath(reference)} has no version ${number}`);
  assertUsable(keyPath(reference), key, version, usage, time, acceptCompromised);
  return { key, version, algorithm: key.algorithm as Algorithm };
}

/** @throws ConclaveError REFUSED by the version's state, or since the key isn't made for that */
export function assertUsable(
  path: string,
  key: Row<"keys">,
  version: Row<"keyVersions">,
  usage: Usage,
  time: string,
  acceptCompromised: boolean,
): void {
  const usages: Usage[] = JSON.parse(key.usages);
  if (!usages.includes(usage)) {
    throw new ConclaveError("REFUSED", `key ${path} is not for ${usage}, but for ${usages.join(", ")}`);
  }
  const is = stateAt(version, time);
  if (permittedUsages(is, usages, acceptCompromised).includes(usage)) return;
  const compromised = is === "compromised" && permittedUsages(is, usages, true).includes(usage);
  throw new ConclaveError("REFUSED", `key ${path} version ${version.version} is ${is}: it may not ${usage}`, {
    suggestions: compromised ? ["If you take what others may have made: --accept-compromised"] : [],
  });
}

/** The material of a usable version, the caller's to dispose of. */
export function materialOf(vault: Unlocked, { key, version, algorithm }: UsableVersion): Promise<Secret> {
  if (version.blob === null) throw new TypeError("a usable version without material");
  const owner = { keyring: key.keyring, key: key.id, version: version.version, algorithm };
  return vault.unwrap(owner, version.kekVersion, version.blob);
}

/** The material of a key version, with its algorithm. */
export interface OpenedKey extends Disposable {
  algorithm: Algorithm;
  material: Secret;
}

/**
 * Open a key version of which somebody looked whether it may be used.
 * @returns the caller's to dispose of
 * @throws ConclaveError NOT_FOUND
 */
export async function openKey(vault: Unlocked, reference: KeyReference, number: number): Promise<OpenedKey> {
  const key = await requireKey(vault.reader, reference);
  const version = await vault.reader.find("keyVersions", { key: key.id, version: number });
  if (version === undefined) throw new ConclaveError("NOT_FOUND", `key ${keyPath(reference)} has no version ${number}`);
  const algorithm = key.algorithm as Algorithm;
  const material = await materialOf(vault, { key, version, algorithm });
  return { algorithm, material, [Symbol.dispose]: () => material[Symbol.dispose]() };
}
