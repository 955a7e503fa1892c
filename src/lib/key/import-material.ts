import { type Entry, entryError } from "../audit/entry.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Effect } from "../quorum/action.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { GivenSecrets, MaterialOwner, Unlocked } from "../vault/unlocked.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { assertAlgorithm, type BroughtKey, readSymmetricKey } from "./brought-key.ts";
import { givenFile } from "./given-file.ts";
import { isCommitted } from "./import-commitment.ts";
import { type ImportSource, isWrapped, type WrappedSource } from "./import-source.ts";
import { readClearDer } from "./key-file.ts";
import { checkMaterial, type MaterialData, mirrorCurrentVersion, wrapVersion } from "./new-version.ts";
import { readPrivateKey } from "./private-key.ts";
import type { KeyReference } from "./reference.ts";
import { type TransferSource, wrappedIn } from "./transfer-source.ts";
import { applyTransition } from "./transition.ts";
import { requireWrappingKey, unwrapBrought } from "./wrapping-key.ts";

/**
 * Take the material of a new version from where a plan says, and wrap it under the keyring's newest KEK.
 * @throws ConclaveError USAGE what was given isn't what the plan is of; INPUT_MALFORMED, REFUSED of the key
 */
export async function importMaterial(
  vault: Unlocked,
  source: ImportSource,
  owner: MaterialOwner & { algorithm: Algorithm },
  time: string,
): Promise<Required<Pick<Effect, "blobs" | "removed">> & { data: MaterialData }> {
  const { algorithm } = owner;
  const brought = isWrapped(source) ? await unwrapped(vault, source, algorithm, time) : given(vault, source, algorithm);
  const { data, blobs } = await wrapVersion(vault, owner, brought);
  assertTold(source, data);
  return { data, blobs, removed: isWrapped(source) ? [await blobOf(vault, source.wrappingKey)] : [] };
}

/** @throws IntegrityError material that no import of this source would have brought */
export async function checkImported(
  entry: Entry,
  source: ImportSource,
  data: MaterialData,
  owner: { keyring: string; algorithm: Algorithm },
  tables: Reader,
): Promise<void> {
  await checkMaterial(entry, data, owner, tables);
  if (!isTold(source, data)) throw entryError(entry, "of another key than the plan's");
}

/** Remember how a version came, and use up what unwrapped it. */
export async function recordImport(
  tables: Writer,
  { sequence, time }: Entry,
  version: { key: string; version: number },
  source: ImportSource,
): Promise<void> {
  const format = source.from === "file" ? source.format : source.from;
  await tables.insert("imports", { ...version, sequence, format });
  if (isWrapped(source)) await useUp(tables, source.wrappingKey, time);
}

type Told = Pick<ImportSource, "checkValue" | "fingerprint">;

/** Whether a key is the one that the plan tells of, if it does. */
function isTold(source: Told, key: Told): boolean {
  if (source.checkValue === null && source.fingerprint === null) return true;
  return source.checkValue === key.checkValue && source.fingerprint === key.fingerprint;
}

function assertTold(source: Told, key: Told): void {
  if (isTold(source, key)) return;
  const [is, wanted] = [key, source].map(({ checkValue, fingerprint }) => checkValue ?? fingerprint);
  throw new ConclaveError("REFUSED", `the key that came is ${is}, and the plan is of ${wanted}`, {
    suggestions: ["Ask whoever made it which of the two is right"],
  });
}

/** The key that the plan committed to, among what was given to the act. */
function given(vault: Unlocked, source: { commitment: string }, algorithm: Algorithm): BroughtKey {
  const { commitmentKey, materials = [] }: Partial<GivenSecrets> = vault.place?.secrets ?? {};
  const material =
    commitmentKey && materials.find((candidate) => isCommitted(commitmentKey, candidate, source.commitment));
  if (material !== undefined) {
    if (ALGORITHMS[algorithm].symmetric !== null) return readSymmetricKey(algorithm, material.slice(0));
    return assertAlgorithm(readPrivateKey(material, "pkcs8"), algorithm);
  }
  throw new ConclaveError("USAGE", "the plan is of another key than the one that was given", {
    suggestions: ["Give the file as it was when the plan was made: --in FILE"],
  });
}

async function unwrapped(
  vault: Unlocked,
  source: WrappedSource | TransferSource,
  algorithm: Algorithm,
  time: string,
): Promise<BroughtKey> {
  const wrappingKey = await requireWrappingKey(vault.reader, source.wrappingKey, time);
  const file = wrappedFile(vault, source);
  const wrapped = source.from === "transfer" ? wrappedIn(source, file) : file;
  const opened = await unwrapBrought(vault, wrappingKey, wrapped);
  if (ALGORITHMS[algorithm].symmetric !== null) return readSymmetricKey(algorithm, opened);
  using der = opened;
  return assertAlgorithm(readClearDer(der), algorithm);
}

function wrappedFile(vault: Unlocked, { file }: WrappedSource | TransferSource): Uint8Array {
  const bytes = givenFile(vault.place, file, LIMITS.importBytes);
  if (bytes !== undefined) return bytes;
  throw new ConclaveError("USAGE", `the plan is of ${file.name}, SHA-256 ${file.sha256}: no such file was given`, {
    suggestions: ["Give the file as it was when the plan was made: --in FILE"],
  });
}

async function blobOf(vault: Unlocked, { id }: KeyReference): Promise<string> {
  const version = await vault.reader.find("keyVersions", { key: id, version: 1 });
  const blob = version?.blob ?? undefined;
  if (blob === undefined) throw new TypeError("a wrapping key without material");
  return blob;
}

/** A wrapping key serves one import: it is destroyed by it. */
async function useUp(tables: Writer, { id }: KeyReference, time: string): Promise<void> {
  const row = await tables.find("keyVersions", { key: id, version: 1 });
  if (row === undefined) throw new TypeError("a wrapping key without its version");
  await applyTransition(tables, row, "destroyed", "destroy", time);
  await mirrorCurrentVersion(tables, id);
}
