import { sha256Hex } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { shortened } from "../names.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { quorumInForce } from "../quorum/state.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import type { BroughtKey } from "./brought-key.ts";
import { findKey } from "./find.ts";
import { type KeyImportParameters, keyImport } from "./import.ts";
import { commitmentOf } from "./import-commitment.ts";
import type { ImportSource } from "./import-source.ts";
import { type KeyImportVersionParameters, keyImportVersion } from "./import-version.ts";
import type { KeyFormat } from "./key-file.ts";
import { checkNewKey } from "./new-key.ts";
import { tellOf } from "./new-version.ts";
import { requireCurrentVersion } from "./next-version.ts";
import { findVersion } from "./plan-use.ts";
import { guardians, type KeyReference, type KeyringReference, referenceTo } from "./reference.ts";
import { type KeyRequest, newKeyParameters } from "./request.ts";

/** A key that is brought, as a person asks for it; its algorithm is known by then. */
export type ImportRequest = Omit<KeyRequest, "algorithm"> & {
  algorithm: Algorithm;
  source: ImportSource;
  /** Check value or fingerprint that whoever made the key told; undefined: it isn't known. */
  expected: string | undefined;
};

/** @throws ConclaveError USAGE, NOT_FOUND; REFUSED it isn't the key that was expected */
export async function planImport(
  state: Reader,
  { source, expected, ...request }: ImportRequest,
): Promise<PlannedAction & { parameters: KeyImportParameters }> {
  const parameters = await newKeyParameters(state, request);
  return {
    action: keyImport.name,
    parameters: { ...parameters, source: told(source, request.algorithm, expected) },
  };
}

function told(source: ImportSource, algorithm: Algorithm, expected: string | undefined): ImportSource {
  return expected === undefined ? source : { ...source, ...expect(source, algorithm, expected) };
}

/**
 * The import of a new version of a key.
 * @param name of the key: NAME or KEYRING/NAME
 * @throws ConclaveError NOT_FOUND; USAGE a name that two keyrings have; REFUSED it isn't the key that was expected
 */
export async function planImportVersion(
  state: Reader,
  { name, algorithm, source, expected }: Pick<ImportRequest, "name" | "algorithm" | "source" | "expected">,
): Promise<PlannedAction & { parameters: KeyImportVersionParameters }> {
  const next = await nextVersion(state, name);
  return {
    action: keyImportVersion.name,
    parameters: { ...next, algorithm, source: told(source, algorithm, expected) },
  };
}

/**
 * Look whether a key can be imported before its components are typed.
 * @returns names of the custodians who may type one
 * @throws ConclaveError USAGE, NOT_FOUND, EXISTS; REFUSED while a quorum is pending
 */
export async function prepareComponents(state: Reader, request: KeyRequest, time: string): Promise<string[]> {
  const parameters = await newKeyParameters(state, request);
  await checkNewKey(parameters, state, time);
  return custodiansOf(state, parameters.keyring);
}

/**
 * Look whether a key can have a new version before its components are typed.
 * @returns names of the custodians who may type one
 * @throws ConclaveError USAGE, NOT_FOUND; REFUSED by its state, or while a quorum is pending
 */
export async function prepareVersionComponents(state: Reader, name: string, time: string): Promise<string[]> {
  const next = await nextVersion(state, name);
  await requireCurrentVersion(next, "import", state, time);
  return custodiansOf(state, next.key.keyring);
}

async function nextVersion(state: Reader, name: string): Promise<{ key: KeyReference; from: number }> {
  const { key, version } = await findVersion(state, { key: name, version: undefined });
  return { key, from: version };
}

async function custodiansOf(state: Reader, keyring: KeyringReference): Promise<string[]> {
  const [quorum = ""] = await guardians(state, keyring);
  const { seats } = await quorumInForce(state, quorum);
  return seats.map(({ name }) => name);
}

/** A key that came in a file: what the plan says of it. */
export function fileSource(
  { name, format, kid }: { name: string; format: KeyFormat; kid: string | undefined },
  key: BroughtKey,
  commitmentKey: Secret,
): ImportSource {
  const shown = shortened(name);
  return { from: "file", name: shown, format, kid: kid ?? null, ...committed(key, commitmentKey) };
}

/** A key that was typed in components: what the plan says of it. @param custodians who typed which */
export function componentsSource(custodians: readonly string[], key: BroughtKey, commitmentKey: Secret): ImportSource {
  return { from: "components", custodians: [...custodians], ...committed(key, commitmentKey) };
}

/** A wrapped key: what the plan says of it. @param wrappingKey NAME or KEYRING/NAME. @throws ConclaveError NOT_FOUND, USAGE */
export async function wrappedSource(
  state: Reader,
  wrappingKey: string,
  file: { name: string; bytes: Uint8Array },
): Promise<ImportSource> {
  const { key, keyring } = await findKey(state, wrappingKey);
  return {
    from: "wrapped",
    file: {
      name: shortened(file.name),
      sha256: sha256Hex(file.bytes),
      size: file.bytes.length,
    },
    wrappingKey: referenceTo(key, keyring),
    checkValue: null,
    fingerprint: null,
  };
}

function committed(key: BroughtKey, commitmentKey: Secret) {
  return { commitment: commitmentOf(commitmentKey, key.material), ...tellOf(key.algorithm, key) };
}

/** What was told of a key, compared with what it is if that is known. */
function expect(
  source: ImportSource,
  algorithm: Algorithm,
  expected: string,
): Pick<ImportSource, "checkValue" | "fingerprint"> {
  const wanted = expected.toLowerCase();
  const symmetric = ALGORITHMS[algorithm].symmetric !== null;
  if (!(symmetric ? /^[0-9a-f]{10}$/ : /^[0-9a-f]{64}$/).test(wanted)) {
    const what = symmetric ? "the 10 digits of a check value" : "the 64 digits of a fingerprint";
    throw new ConclaveError("USAGE", `--expect: wanted ${what}, for a key of ${algorithm}`);
  }
  const is = source.checkValue ?? source.fingerprint;
  if (is !== null && is !== wanted) {
    throw new ConclaveError("REFUSED", `the key is ${is}, and ${wanted} was expected`, {
      suggestions: ["Ask whoever made it which of the two is right"],
    });
  }
  return symmetric ? { checkValue: wanted, fingerprint: null } : { checkValue: null, fingerprint: wanted };
}
