import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { randomUuid } from "../crypto/random.ts";
import { idSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { checkImported, importMaterial, recordImport } from "./import-material.ts";
import { checkSource, openedBy, renderSource, sourceSchema, typedBy } from "./import-source.ts";
import { checkNewKey, insertNewKey, newKeySchema, renderNewKey } from "./new-key.ts";
import { materialDataSchema } from "./new-version.ts";

const parametersSchema = newKeySchema.extend({ source: sourceSchema });

export type KeyImportParameters = z.infer<typeof parametersSchema>;

/** Take a key into the vault that was made elsewhere. */
export const keyImport: Action<KeyImportParameters> = {
  name: "key.import",
  parameters: parametersSchema,
  quorums: ({ keyring, source }, state) => openedBy(source, keyring, state),
  approvers: ({ source }) => typedBy(source),
  render: (parameters) => [...renderNewKey(parameters), ...renderSource(parameters.source)],
  async check(parameters, state, time) {
    await checkNewKey(parameters, state, time);
    await checkSource(parameters.source, parameters, state, time);
  },
  async *execute({ keyring, algorithm, source }, vault, time) {
    const key = randomUuid();
    const { data, ...rest } = await importMaterial(
      vault,
      source,
      { keyring: keyring.id, key, version: 1, algorithm },
      time,
    );
    yield { data: { key, ...data }, ...rest };
  },
};

export const keyImportEntry = effectType({
  type: keyImport.name,
  data: materialDataSchema.extend({ plan: z.string(), action: z.int(), key: idSchema }),
  parameters: parametersSchema,
  async project(entry, data, parameters, { tables }) {
    const { source, keyring, algorithm } = parameters;
    await keyImport.check(parameters, tables, entry.time);
    await checkImported(entry, source, data, { keyring: keyring.id, algorithm }, tables);
    await insertNewKey(tables, parameters, data, entry.time);
    await recordImport(tables, entry, { key: data.key, version: 1 }, source);
  },
});
