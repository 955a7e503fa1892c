import { z } from "zod";
import { type Entry, entryError } from "../audit/entry.ts";
import { timestamp } from "../clock.ts";
import { digestSchema } from "../names.ts";
import type { Effect } from "../quorum/action.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { MaterialOwner, Unlocked } from "../vault/unlocked.ts";
import { ALGORITHMS, type Algorithm, type GeneratedKey } from "./algorithm.ts";
import { fingerprint } from "./fingerprint.ts";

/** What the host adds to the entry of a new key version. */
export const materialDataSchema = z.strictObject({
  kekVersion: z.int().positive(),
  blob: digestSchema,
  checkValue: z
    .string()
    .regex(/^[0-9a-f]{10}$/)
    .nullable(),
  publicKey: z.string().max(8192).nullable(),
  fingerprint: digestSchema.nullable(),
});

export type MaterialData = z.infer<typeof materialDataSchema>;

/** Make the material of a new version, and wrap it under the keyring's newest KEK. */
export async function generateVersion(
  vault: Unlocked,
  owner: MaterialOwner & { algorithm: Algorithm },
): Promise<Required<Pick<Effect, "blobs">> & { data: MaterialData }> {
  return await wrapVersion(vault, owner, ALGORITHMS[owner.algorithm].generate());
}

/**
 * Wrap the material of a new version under the keyring's newest KEK.
 * @param key of the owner's algorithm; its material is taken over
 */
export async function wrapVersion(
  vault: Unlocked,
  owner: MaterialOwner & { algorithm: Algorithm },
  key: GeneratedKey,
): Promise<Required<Pick<Effect, "blobs">> & { data: MaterialData }> {
  using material = key.material;
  const { kekVersion, blob } = await vault.wrap(material, owner);
  const { publicKey } = key;
  const { checkValue, fingerprint: told } = tellOf(owner.algorithm, key);
  return { data: { kekVersion, blob: blob.hash, checkValue, publicKey, fingerprint: told }, blobs: [blob] };
}

/** What tells which key it is: of a symmetric one the check value, of an asymmetric one the fingerprint. */
export function tellOf(
  algorithm: Algorithm,
  { checkValue, publicKey }: Pick<GeneratedKey, "checkValue" | "publicKey">,
): Pick<MaterialData, "checkValue" | "fingerprint"> {
  const { publicKey: wanted } = ALGORITHMS[algorithm];
  const told = publicKey === null || wanted === null ? undefined : fingerprint(publicKey, wanted);
  return { checkValue, fingerprint: told ?? null };
}

/** @throws IntegrityError material that no command would have made */
export async function checkMaterial(
  entry: Entry,
  data: MaterialData,
  { keyring, algorithm }: { keyring: string; algorithm: Algorithm },
  tables: Reader,
): Promise<void> {
  const row = await tables.find("keyrings", { id: keyring });
  if (row?.kekVersion !== data.kekVersion) throw entryError(entry, "not wrapped under the keyring's newest KEK");
  if (!isTold(algorithm, data)) throw entryError(entry, "neither a check value nor a public key with its fingerprint");
}

/** Whether an effect tells of a key what its algorithm has to tell: a check value, or the public half. */
function isTold(algorithm: Algorithm, { checkValue, publicKey, fingerprint: told }: MaterialData): boolean {
  const { publicKey: wanted } = ALGORITHMS[algorithm];
  if (wanted === null) return checkValue !== null && publicKey === null && told === null;
  return checkValue === null && publicKey !== null && told !== null && told === fingerprint(publicKey, wanted);
}

/** The row of a version that nothing happened to yet. */
export function newVersionRow(
  key: string,
  version: number,
  time: string,
  data: MaterialData,
  dates: Pick<Row<"keyVersions">, "state" | "activateAt" | "deactivateAt">,
): Row<"keyVersions"> {
  const { kekVersion, blob, checkValue, publicKey } = data;
  return {
    key,
    version,
    ...dates,
    stateBefore: null,
    compromised: 0,
    kekVersion,
    blob,
    checkValue,
    publicKey,
    fingerprint: data.fingerprint,
    created: time,
    changed: time,
  };
}

/** When a version's cryptoperiod ends; null: never. */
export function rotationTime(created: string, cryptoperiodSeconds: number | null): string | null {
  return cryptoperiodSeconds === null ? null : timestamp(new Date(Date.parse(created) + 1000 * cryptoperiodSeconds));
}

/** Let a key's row say what its current version's does. */
export async function mirrorCurrentVersion(tables: Writer, key: string): Promise<void> {
  const row = await tables.find("keys", { id: key });
  const version = row && (await tables.find("keyVersions", { key, version: row.version }));
  if (version === undefined) throw new TypeError("a key without its current version");
  const { state, activateAt, deactivateAt, created } = version;
  const rotateAt = state === "destroyed" ? null : rotationTime(created, row?.cryptoperiodSeconds ?? null);
  await tables.update("keys", { id: key }, { state, activateAt, deactivateAt, rotateAt });
}
