import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { showDuration } from "../duration.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { nameSchema } from "../names.ts";
import type { Action, Line } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { USAGES, type Usage } from "./algorithm.ts";
import { assertNewName, tagsSchema } from "./new-key.ts";
import { mirrorCurrentVersion } from "./new-version.ts";
import { guardians, keyPath, keyReferenceSchema, requireKey } from "./reference.ts";

const usagesSchema = z.array(z.enum(USAGES)).min(1).max(USAGES.length);

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  /** What changes; what is not there stays as it is. */
  changes: z
    .strictObject({
      name: nameSchema.optional(),
      /** All tags that the key has from then on. */
      tags: tagsSchema.optional(),
      cryptoperiodSeconds: z.int().positive().nullable().optional(),
      /** Only fewer than before. */
      usages: usagesSchema.optional(),
      /** Only withdrawn, never granted. */
      exportable: z.literal(false).optional(),
    })
    .refine((changes) => Object.keys(changes).length > 0, "must change something"),
});

export type KeyUpdateParameters = z.infer<typeof parametersSchema>;

/** Change what a key is called, tagged, how long it is used; narrow what it may be used for. */
export const keyUpdate: Action<KeyUpdateParameters> = {
  name: "key.update",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, changes }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, keyring ${key.keyring.id}` },
    ...changeLines(changes),
  ],
  async check(parameters, state) {
    await checkKeyUpdate(parameters, state);
  },
  async *execute({ key }) {
    yield { data: { key: key.id } };
  },
};

export const keyUpdateEntry = effectType({
  type: keyUpdate.name,
  data: z.strictObject({ plan: z.string(), action: z.int(), key: z.string() }),
  parameters: parametersSchema,
  async project(_entry, data, parameters, { tables }) {
    const found = await checkKeyUpdate(parameters, tables);
    if (data.key !== found.id) throw new ConclaveError("REFUSED", "of another key than the plan's");
    const { name, tags, cryptoperiodSeconds, usages, exportable } = parameters.changes;
    await tables.update(
      "keys",
      { id: found.id },
      {
        name: name ?? found.name,
        cryptoperiodSeconds: cryptoperiodSeconds === undefined ? found.cryptoperiodSeconds : cryptoperiodSeconds,
        usages: usages === undefined ? found.usages : canonicalJson(usages),
        exportable: exportable === undefined ? found.exportable : 0,
      },
    );
    if (name !== undefined) await tables.insert("keyNames", { keyring: found.keyring, name, key: found.id });
    if (tags !== undefined) {
      await tables.remove("keyTags", { key: found.id });
      for (const [tag, value] of Object.entries(tags))
        await tables.insert("keyTags", { key: found.id, name: tag, value });
    }
    await mirrorCurrentVersion(tables, found.id);
  },
});

async function checkKeyUpdate({ key, changes }: KeyUpdateParameters, state: Reader): Promise<Row<"keys">> {
  const found = await requireKey(state, key);
  if (found.state === "destroyed")
    throw new ConclaveError("REFUSED", `key ${keyPath(key)} is destroyed: nothing of it changes any more`);
  const { name, usages, exportable } = changes;
  if (name !== undefined) await assertNewName(state, found.keyring, `${key.keyring.name}/${name}`, name);
  const has: readonly unknown[] = JSON.parse(found.usages) as readonly unknown[];
  const wider = usages?.filter((usage: Usage) => !has.includes(usage)) ?? [];
  if (wider.length > 0)
    throw new ConclaveError(
      "REFUSED",
      `key ${keyPath(key)}: usages can only be narrowed; it never had ${wider.join(", ")}`,
    );
  if (exportable === false && found.exportable === 0)
    throw new ConclaveError("REFUSED", `key ${keyPath(key)} is not exportable already`);
  return found;
}

function changeLines({ name, tags, cryptoperiodSeconds, usages, exportable }: KeyUpdateParameters["changes"]): Line[] {
  return [
    ...(name === undefined ? [] : [{ label: "New name", value: name }]),
    ...(tags === undefined ? [] : tagLines(tags)),
    ...(cryptoperiodSeconds === undefined
      ? []
      : [
          {
            label: "Cryptoperiod",
            value: cryptoperiodSeconds === null ? "no limit" : showDuration(cryptoperiodSeconds),
          },
        ]),
    ...(usages === undefined ? [] : [{ label: "Usages", value: `${usages.join(", ")}, for good` }]),
    ...(exportable === undefined ? [] : [{ label: "Exportable", value: "no, for good" }]),
  ];
}

/** One line a tag: a value may look like another tag. */
function tagLines(tags: Record<string, string>): Line[] {
  const lines = Object.entries(tags).map(([tag, value]) => ({ label: "Tag", value: `${tag}=${value}` }));
  return [
    { label: "Tags", value: lines.length === 0 ? "none from then on" : `${lines.length} from then on` },
    ...lines,
  ];
}
