import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { randomUuid } from "../crypto/random.ts";
import { showDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, textSchema } from "../names.ts";
import type { Action, Effect } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Unlocked } from "../vault/unlocked.ts";
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm, USAGES, usagesProblem } from "./algorithm.ts";
import { fingerprint } from "./fingerprint.ts";

const parametersSchema = z.strictObject({
  keyring: z.strictObject({ id: idSchema, name: nameSchema }),
  name: nameSchema,
  algorithm: z.enum(ALGORITHM_NAMES),
  /** In the order of `USAGES`. */
  usages: z.array(z.enum(USAGES)).min(1).max(USAGES.length),
  exportable: z.boolean(),
  tags: z
    .record(nameSchema, textSchema)
    .refine((tags) => Object.keys(tags).length <= LIMITS.tags, `at most ${LIMITS.tags} tags`),
  /** How long a version is to be used before it is rotated; null: no limit. */
  cryptoperiodSeconds: z.int().positive().nullable(),
});

/** What a new key is to be. */
export type KeyCreateParameters = z.infer<typeof parametersSchema>;

/** What the host adds. */
const dataSchema = z.strictObject({
  plan: z.string(),
  action: z.int(),
  key: idSchema,
  kekVersion: z.int().positive(),
  blob: digestSchema,
  checkValue: z
    .string()
    .regex(/^[0-9a-f]{10}$/)
    .nullable(),
  publicKey: z.string().max(8192).nullable(),
  fingerprint: digestSchema.nullable(),
});

/** Make a key, active at once, whose material nobody sees. */
export const keyCreate: Action<KeyCreateParameters> = {
  name: "key.create",
  parameters: parametersSchema,

  async quorums({ keyring }, state) {
    const row = await state.find("keyrings", { id: keyring.id });
    return row === undefined ? [] : [row.quorum];
  },

  render({ keyring, name, algorithm, usages, exportable, tags, cryptoperiodSeconds }) {
    return [
      { label: "Key", value: `${keyring.name}/${name}` },
      { label: "Keyring", value: `${keyring.name} (${keyring.id})` },
      { label: "Algorithm", value: `${algorithm}: ${ALGORITHMS[algorithm].title}` },
      { label: "Usages", value: usages.join(", ") },
      { label: "Exportable", value: exportable ? "yes: a quorum may export it, wrapped" : "no" },
      ...Object.entries(tags).map(([tag, value]) => ({ label: "Tag", value: `${tag}=${value}` })),
      { label: "Cryptoperiod", value: cryptoperiodSeconds === null ? "no limit" : showDuration(cryptoperiodSeconds) },
    ];
  },

  check: checkKeyCreate,

  async execute({ keyring, algorithm }, vault: Unlocked): Promise<Effect> {
    const key = randomUuid();
    const generated = ALGORITHMS[algorithm].generate();
    using material = generated.material;
    const { kekVersion, blob } = await vault.wrap(material, { keyring: keyring.id, key, version: 1, algorithm });
    const { checkValue, publicKey } = generated;
    const { keyType } = ALGORITHMS[algorithm];
    const data = {
      key,
      kekVersion,
      blob: blob.hash,
      checkValue,
      publicKey,
      fingerprint: publicKey === null || keyType === null ? null : fingerprint(publicKey, keyType),
    };
    return { data, blobs: [blob] };
  },
};

export const keyCreateEntry = effectType({
  type: "key.create",
  data: dataSchema,
  parameters: parametersSchema,
  async project(entry, data, parameters, { tables }) {
    await checkKeyCreate(parameters, tables);
    const keyring = await tables.find("keyrings", { id: parameters.keyring.id });
    if (keyring?.kekVersion !== data.kekVersion) throw entryError(entry, "not wrapped under the keyring's newest KEK");
    if (!isTold(parameters.algorithm, data))
      throw entryError(entry, "neither a check value nor a public key with its fingerprint");

    const { name, algorithm, usages, exportable, tags, cryptoperiodSeconds } = parameters;
    const created = entry.time;
    await tables.insert("keys", {
      id: data.key,
      keyring: keyring.id,
      name,
      algorithm,
      version: 1,
      usages: canonicalJson(usages),
      exportable: exportable ? 1 : 0,
      tags: canonicalJson(tags),
      cryptoperiodSeconds,
      created,
    });
    const { key, kekVersion, blob, checkValue, publicKey } = data;
    await tables.insert("keyVersions", {
      key,
      version: 1,
      state: "active",
      kekVersion,
      blob,
      checkValue,
      publicKey,
      fingerprint: data.fingerprint,
      created,
    });
  },
});

/** Whether an effect tells of a key what its algorithm has to tell: a check value, or the public half. */
function isTold(
  algorithm: Algorithm,
  {
    checkValue,
    publicKey,
    fingerprint: told,
  }: Pick<z.infer<typeof dataSchema>, "checkValue" | "publicKey" | "fingerprint">,
): boolean {
  const { keyType } = ALGORITHMS[algorithm];
  if (keyType === null) return checkValue !== null && publicKey === null && told === null;
  return checkValue === null && publicKey !== null && told !== null && told === fingerprint(publicKey, keyType);
}

async function checkKeyCreate({ keyring, name, algorithm, usages }: KeyCreateParameters, state: Reader): Promise<void> {
  const row = await state.find("keyrings", { id: keyring.id });
  if (row?.name !== keyring.name)
    throw new ConclaveError("NOT_FOUND", `no keyring ${keyring.name} with id ${keyring.id}`);
  const problem = usagesProblem(algorithm, usages);
  if (problem !== undefined) throw new ConclaveError("USAGE", problem);
  if ((await state.find("keys", { keyring: keyring.id, name })) !== undefined) {
    throw new ConclaveError("EXISTS", `key ${keyring.name}/${name} exists already; a name is given once, for ever`, {
      suggestions: ["Choose another name", `Look at it: conclave key show ${keyring.name}/${name}`],
    });
  }
}
