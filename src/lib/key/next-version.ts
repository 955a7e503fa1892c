import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import type { Line } from "../quorum/action.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { ALGORITHM_NAMES, type Algorithm } from "./algorithm.ts";
import { type MaterialData, mirrorCurrentVersion, newVersionRow } from "./new-version.ts";
import { keyPath, keyReferenceSchema, requireKey } from "./reference.ts";
import { type KeyState, stateAt } from "./state.ts";

/** Which version of a key a new one follows. */
export const nextVersionSchema = z.strictObject({
  key: keyReferenceSchema,
  /** The current version, which the new one follows. */
  from: z.int().positive(),
});

type NextVersion = z.infer<typeof nextVersionSchema>;

/** A key with its current version. */
export interface CurrentVersion {
  found: Row<"keys">;
  current: Row<"keyVersions">;
  algorithm: Algorithm;
}

/** States of the current version from which a new one may follow. */
const FOLLOWED: readonly KeyState[] = ["active", "deactivated", "compromised"];

const algorithmSchema = z.enum(ALGORITHM_NAMES);

/** What people read of it. */
export function renderNextVersion({ key, from }: NextVersion): Line[] {
  return [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, keyring ${key.keyring.id}` },
    { label: "New version", value: `${from + 1}, active; version ${from} opens and checks what it protected` },
  ];
}

/**
 * The version of a key that a new one may follow.
 * @param act what makes the new one, for the message
 * @throws ConclaveError NOT_FOUND; REFUSED another version is current by now, or its state forbids it
 */
export async function requireCurrentVersion(
  { key, from }: NextVersion,
  act: "rotate" | "import",
  state: Reader,
  time: string,
): Promise<CurrentVersion> {
  const found = await requireKey(state, key);
  if (found.version !== from) {
    throw new ConclaveError("REFUSED", `key ${keyPath(key)} is at version ${found.version} by now, not ${from}`);
  }
  const current = await state.find("keyVersions", { key: found.id, version: from });
  if (current === undefined) throw new ConclaveError("INTEGRITY", `key ${keyPath(key)} version ${from}: is missing`);
  const is = stateAt(current, time);
  if (!FOLLOWED.includes(is)) {
    throw new ConclaveError(
      "REFUSED",
      `key ${keyPath(key)} version ${from} is ${is}: ${act} starts from ${FOLLOWED.join(" or ")}`,
    );
  }
  return { found, current, algorithm: algorithmSchema.parse(found.algorithm) };
}

/**
 * Write a new version, active at once; the one that it follows protects nothing new.
 * @param time of its entry
 */
export async function insertNextVersion(
  tables: Writer,
  { found, current }: CurrentVersion,
  data: MaterialData,
  time: string,
): Promise<void> {
  if (stateAt(current, time) === "active") {
    const changes = { state: "deactivated", activateAt: null, deactivateAt: null, changed: time } as const;
    await tables.update("keyVersions", { key: found.id, version: current.version }, changes);
  }
  const version = current.version + 1;
  const dates = { state: "active", activateAt: null, deactivateAt: null } as const;
  await tables.insert("keyVersions", newVersionRow(found.id, version, time, data, dates));
  await tables.update("keys", { id: found.id }, { version });
  await mirrorCurrentVersion(tables, found.id);
}
