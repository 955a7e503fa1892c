import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { idSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import { ALGORITHM_NAMES, ALGORITHMS } from "./algorithm.ts";
import { checkImported, importMaterial, recordImport } from "./import-material.ts";
import { checkSource, type ImportSource, openedBy, renderSource, sourceSchema, typedBy } from "./import-source.ts";
import { materialDataSchema } from "./new-version.ts";
import {
  type CurrentVersion,
  insertNextVersion,
  nextVersionSchema,
  renderNextVersion,
  requireCurrentVersion,
} from "./next-version.ts";
import { type KeyReference, keyPath } from "./reference.ts";

const parametersSchema = nextVersionSchema.extend({
  /** That of the key. */
  algorithm: z.enum(ALGORITHM_NAMES),
  source: sourceSchema,
});

export type KeyImportVersionParameters = z.infer<typeof parametersSchema>;

/** A new version of a key that was made elsewhere, active at once; the one before protects nothing new. */
export const keyImportVersion: Action<KeyImportVersionParameters> = {
  name: "key.import-version",
  parameters: parametersSchema,
  quorums: ({ key, source }, state) => openedBy(source, key.keyring, state),
  approvers: ({ source }) => typedBy(source),
  render: ({ algorithm, source, ...next }) => [
    ...renderNextVersion(next),
    { label: "Algorithm", value: `${algorithm}: ${ALGORITHMS[algorithm].title}` },
    ...renderSource(source),
  ],
  async check(parameters, state, time) {
    await requireFollowed(parameters, state, time);
  },
  async *execute(parameters, vault, time) {
    const { found, algorithm } = await requireFollowed(parameters, vault.reader, time);
    const owner = { keyring: found.keyring, key: found.id, version: found.version + 1, algorithm };
    const { data, ...rest } = await importMaterial(vault, parameters.source, owner, time);
    await assertAnother(parameters.key, data, vault.reader);
    yield { data: { key: found.id, ...data }, ...rest };
  },
};

export const keyImportVersionEntry = effectType({
  type: keyImportVersion.name,
  data: materialDataSchema.extend({ plan: z.string(), action: z.int(), key: idSchema }),
  parameters: parametersSchema,
  async project(entry, data, parameters, { tables }) {
    const { key, source } = parameters;
    const current = await requireFollowed(parameters, tables, entry.time);
    const { found, algorithm } = current;
    if (data.key !== found.id) throw entryError(entry, "of another key than the plan's");
    await checkImported(entry, source, data, { keyring: found.keyring, algorithm }, tables);
    await assertAnother(key, data, tables);
    await insertNextVersion(tables, current, data, entry.time);
    await recordImport(tables, entry, { key: found.id, version: found.version + 1 }, source);
  },
});

/** @throws ConclaveError as `requireCurrentVersion` and `checkSource`; REFUSED: another algorithm, or a key that it had */
async function requireFollowed(
  { key, from, algorithm, source }: KeyImportVersionParameters,
  state: Reader,
  time: string,
): Promise<CurrentVersion> {
  const current = await requireCurrentVersion({ key, from }, "import", state, time);
  if (algorithm !== current.algorithm) {
    throw new ConclaveError(
      "REFUSED",
      `key ${keyPath(key)} is of ${current.algorithm}: no version of it is of ${algorithm}`,
    );
  }
  const usages = JSON.parse(current.found.usages);
  await checkSource(source, { algorithm, keyring: key.keyring, usages }, state, time);
  await assertAnother(key, source, state);
  return current;
}

/**
 * A new version is a key of its own: what tells which one it is no other version has, or had before it was destroyed.
 * @throws ConclaveError REFUSED
 */
async function assertAnother(
  key: KeyReference,
  { checkValue, fingerprint }: Pick<ImportSource, "checkValue" | "fingerprint">,
  state: Reader,
): Promise<void> {
  const told = checkValue ?? fingerprint;
  if (told === null) return; // not known before it is unwrapped
  for await (const row of state.rows("keyVersions", { where: { key: key.id } })) {
    if ((row.checkValue ?? row.fingerprint) !== told) continue;
    throw new ConclaveError("REFUSED", `key ${keyPath(key)} version ${row.version} is that key already: ${told}`, {
      suggestions: ["Bring another key: a new version is for what must no longer be protected by the one before"],
    });
  }
}
