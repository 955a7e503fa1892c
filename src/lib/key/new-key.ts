import { z } from "zod";
import { showDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { nameSchema, textSchema, timestampSchema } from "../names.ts";
import type { Line } from "../quorum/action.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import { ALGORITHM_NAMES, ALGORITHMS, USAGES, usagesProblem } from "./algorithm.ts";
import { type MaterialData, newVersionRow, rotationTime } from "./new-version.ts";
import { keyringReferenceSchema, requireKeyring } from "./reference.ts";

/** Tags of a key, by name. */
export const tagsSchema = z
  .record(nameSchema, textSchema)
  .refine((tags) => Object.keys(tags).length <= LIMITS.tags, `at most ${LIMITS.tags} tags`);

/** What a plan says of a new key, whether it is made here or brought. */
export const newKeySchema = z.strictObject({
  keyring: keyringReferenceSchema,
  name: nameSchema,
  algorithm: z.enum(ALGORITHM_NAMES),
  /** In the order of `USAGES`. */
  usages: z.array(z.enum(USAGES)).min(1).max(USAGES.length),
  exportable: z.boolean(),
  tags: tagsSchema,
  /** How long a version is to be used before it is rotated; null: no limit. */
  cryptoperiodSeconds: z.int().positive().nullable(),
  /** The state that it begins in. */
  state: z.enum(["pre-active", "active"]),
  /** When it becomes active by itself, if it begins pre-active; null: only when it is activated. */
  activateAt: timestampSchema.nullable(),
  /** When it is deactivated by itself; null: only when it is deactivated or rotated. */
  deactivateAt: timestampSchema.nullable(),
});

/** What a new key is to be. */
export type NewKeyParameters = z.infer<typeof newKeySchema>;

/** What people read of it. */
export function renderNewKey(parameters: NewKeyParameters): Line[] {
  const { keyring, name, algorithm, usages, exportable, tags, cryptoperiodSeconds } = parameters;
  const { state, activateAt, deactivateAt } = parameters;
  return [
    { label: "Key", value: `${keyring.name}/${name}` },
    { label: "Keyring", value: `${keyring.name} (${keyring.id})` },
    { label: "Algorithm", value: `${algorithm}: ${ALGORITHMS[algorithm].title}` },
    { label: "Usages", value: usages.join(", ") },
    { label: "Exportable", value: exportable ? "yes: a quorum may export it, wrapped" : "no" },
    ...Object.entries(tags).map(([tag, value]) => ({ label: "Tag", value: `${tag}=${value}` })),
    { label: "Cryptoperiod", value: cryptoperiodSeconds === null ? "no limit" : showDuration(cryptoperiodSeconds) },
    { label: "Begins", value: state },
    ...(activateAt === null ? [] : [{ label: "Active from", value: activateAt }]),
    ...(deactivateAt === null ? [] : [{ label: "Deactivated at", value: deactivateAt }]),
  ];
}

/** @throws ConclaveError USAGE, NOT_FOUND, EXISTS */
export async function checkNewKey(parameters: NewKeyParameters, state: Reader, time: string): Promise<void> {
  const { keyring, name, algorithm, usages, activateAt, deactivateAt } = parameters;
  await requireKeyring(state, keyring);
  const problem = usagesProblem(algorithm, usages);
  if (problem !== undefined) throw new ConclaveError("USAGE", problem);
  if (activateAt !== null && parameters.state !== "pre-active") {
    throw new ConclaveError("USAGE", "only a key that begins pre-active becomes active later");
  }
  if (deactivateAt !== null && deactivateAt <= (activateAt ?? time)) {
    throw new ConclaveError("USAGE", `the key would be deactivated at ${deactivateAt}, before it is active`);
  }
  const version = "Or make a new version of it: conclave key rotate, or key import --new-version";
  await assertNewName(state, keyring.id, `${keyring.name}/${name}`, name, version);
}

/**
 * Write a new key with its first version.
 * @param time of its entry
 */
export async function insertNewKey(
  tables: Writer,
  parameters: NewKeyParameters,
  data: MaterialData & { key: string },
  time: string,
): Promise<void> {
  const { keyring, name, algorithm, usages, exportable, tags, cryptoperiodSeconds } = parameters;
  const { state, activateAt, deactivateAt } = parameters;
  const { key } = data;
  await tables.insert("keys", {
    id: key,
    keyring: keyring.id,
    name,
    algorithm,
    version: 1,
    usages: canonicalJson(usages),
    exportable: exportable ? 1 : 0,
    cryptoperiodSeconds,
    created: time,
    state,
    activateAt,
    deactivateAt,
    rotateAt: rotationTime(time, cryptoperiodSeconds),
  });
  await tables.insert("keyNames", { keyring: keyring.id, name, key });
  for (const [tag, value] of Object.entries(tags)) await tables.insert("keyTags", { key, name: tag, value });
  await tables.insert("keyVersions", newVersionRow(key, 1, time, data, { state, activateAt, deactivateAt }));
}

/** A name is given once in a keyring, for ever. @param others what else can be done. @throws ConclaveError EXISTS */
export async function assertNewName(
  state: Reader,
  keyring: string,
  path: string,
  name: string,
  ...others: string[]
): Promise<void> {
  if ((await state.find("keyNames", { keyring, name })) === undefined) return;
  throw new ConclaveError("EXISTS", `key ${path} exists already, or did; a name is given once, for ever`, {
    suggestions: ["Choose another name", `Look at it: conclave key show ${path}`, ...others],
  });
}
