import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { idSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { checkMaterial, generateVersion, materialDataSchema } from "./new-version.ts";
import { insertNextVersion, nextVersionSchema, renderNextVersion, requireCurrentVersion } from "./next-version.ts";
import { guardians } from "./reference.ts";

export type KeyRotateParameters = z.infer<typeof nextVersionSchema>;

/** A new version of a key, active at once; the one before protects nothing new. */
export const keyRotate: Action<KeyRotateParameters> = {
  name: "key.rotate",
  parameters: nextVersionSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: renderNextVersion,
  async check(parameters, state, time) {
    await requireCurrentVersion(parameters, "rotate", state, time);
  },
  async *execute(parameters, vault, time) {
    const { found, algorithm } = await requireCurrentVersion(parameters, "rotate", vault.reader, time);
    const owner = { keyring: found.keyring, key: found.id, version: found.version + 1, algorithm };
    const { data, blobs } = await generateVersion(vault, owner);
    yield { data: { key: found.id, ...data }, blobs };
  },
};

export const keyRotateEntry = effectType({
  type: keyRotate.name,
  data: materialDataSchema.extend({ plan: z.string(), action: z.int(), key: idSchema }),
  parameters: nextVersionSchema,
  async project(entry, data, parameters, { tables }) {
    const current = await requireCurrentVersion(parameters, "rotate", tables, entry.time);
    const { found, algorithm } = current;
    if (data.key !== found.id) throw new ConclaveError("REFUSED", "of another key than the plan's");
    await checkMaterial(entry, data, { keyring: found.keyring, algorithm }, tables);
    await insertNextVersion(tables, current, data, entry.time);
  },
});
