import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { idSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { ALGORITHM_NAMES, type Algorithm } from "./algorithm.ts";
import {
  checkMaterial,
  generateVersion,
  materialDataSchema,
  mirrorCurrentVersion,
  newVersionRow,
} from "./new-version.ts";
import { guardians, keyPath, keyReferenceSchema, requireKey } from "./reference.ts";
import { type KeyState, stateAt } from "./state.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  /** The current version, which the new one follows. */
  from: z.int().positive(),
});

export type KeyRotateParameters = z.infer<typeof parametersSchema>;

/** States of the current version from which a new one may follow. */
const ROTATABLE: readonly KeyState[] = ["active", "deactivated", "compromised"];

const algorithmSchema = z.enum(ALGORITHM_NAMES);

/** A new version of a key, active at once; the one before protects nothing new. */
export const keyRotate: Action<KeyRotateParameters> = {
  name: "key.rotate",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, from }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, keyring ${key.keyring.id}` },
    { label: "New version", value: `${from + 1}, active; version ${from} opens and checks what it protected` },
  ],
  async check(parameters, state, time) {
    await currentVersion(parameters, state, time);
  },
  async *execute({ key, from }, vault, time) {
    const { found } = await currentVersion({ key, from }, vault.reader, time);
    const owner = { keyring: found.keyring, key: found.id, version: from + 1, algorithm: algorithmOf(found) };
    const { data, blobs } = await generateVersion(vault, owner);
    yield { data: { key: found.id, ...data }, blobs };
  },
};

export const keyRotateEntry = effectType({
  type: keyRotate.name,
  data: materialDataSchema.extend({ plan: z.string(), action: z.int(), key: idSchema }),
  parameters: parametersSchema,
  async project(entry, data, parameters, { tables }) {
    const { found, current } = await currentVersion(parameters, tables, entry.time);
    if (data.key !== found.id) throw new ConclaveError("REFUSED", "of another key than the plan's");
    await checkMaterial(entry, data, { keyring: found.keyring, algorithm: algorithmOf(found) }, tables);
    if (stateAt(current, entry.time) === "active") {
      const changes = { state: "deactivated", activateAt: null, deactivateAt: null, changed: entry.time } as const;
      await tables.update("keyVersions", { key: found.id, version: current.version }, changes);
    }
    const version = current.version + 1;
    const dates = { state: "active", activateAt: null, deactivateAt: null } as const;
    await tables.insert("keyVersions", newVersionRow(found.id, version, entry.time, data, dates));
    await tables.update("keys", { id: found.id }, { version });
    await mirrorCurrentVersion(tables, found.id);
  },
});

/** @throws ConclaveError NOT_FOUND, REFUSED */
async function currentVersion(
  { key, from }: KeyRotateParameters,
  state: Reader,
  time: string,
): Promise<{ found: Row<"keys">; current: Row<"keyVersions"> }> {
  const found = await requireKey(state, key);
  if (found.version !== from) {
    throw new ConclaveError("REFUSED", `key ${keyPath(key)} is at version ${found.version} by now, not ${from}`);
  }
  const current = await state.find("keyVersions", { key: found.id, version: from });
  if (current === undefined) throw new ConclaveError("INTEGRITY", `key ${keyPath(key)} version ${from}: is missing`);
  const is = stateAt(current, time);
  if (!ROTATABLE.includes(is)) {
    throw new ConclaveError(
      "REFUSED",
      `key ${keyPath(key)} version ${from} is ${is}: rotate starts from ${ROTATABLE.join(" or ")}`,
    );
  }
  return { found, current };
}

function algorithmOf({ algorithm }: Row<"keys">): Algorithm {
  return algorithmSchema.parse(algorithm);
}
