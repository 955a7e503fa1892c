import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { randomUuid } from "../crypto/random.ts";
import { idSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { checkNewKey, insertNewKey, type NewKeyParameters, newKeySchema, renderNewKey } from "./new-key.ts";
import { checkMaterial, generateVersion, materialDataSchema } from "./new-version.ts";
import { guardians } from "./reference.ts";

/** Make a key whose material nobody sees. */
export const keyCreate: Action<NewKeyParameters> = {
  name: "key.create",
  parameters: newKeySchema,
  quorums: ({ keyring }, state) => guardians(state, keyring),
  render: renderNewKey,
  check: checkNewKey,

  async *execute({ keyring, algorithm }, vault) {
    const key = randomUuid();
    const { data, blobs } = await generateVersion(vault, { keyring: keyring.id, key, version: 1, algorithm });
    yield { data: { key, ...data }, blobs };
  },
};

export const keyCreateEntry = effectType({
  type: keyCreate.name,
  data: materialDataSchema.extend({ plan: z.string(), action: z.int(), key: idSchema }),
  parameters: newKeySchema,
  async project(entry, data, parameters, { tables }) {
    await checkNewKey(parameters, tables, entry.time);
    await checkMaterial(entry, data, { keyring: parameters.keyring.id, algorithm: parameters.algorithm }, tables);
    await insertNewKey(tables, parameters, data, entry.time);
  },
});
