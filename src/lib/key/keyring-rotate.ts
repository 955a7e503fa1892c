import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { digestSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { assertNoPending } from "../quorum/pending.ts";
import { quorumInForce } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { guardians, keyringReferenceSchema, requireKeyring } from "./reference.ts";

const parametersSchema = z.strictObject({
  keyring: keyringReferenceSchema,
  /** The newest KEK version, which the new one follows. */
  from: z.int().positive(),
});

export type KeyringRotateParameters = z.infer<typeof parametersSchema>;

/** A new key-encryption key for a keyring; what the older ones wrapped stays under them until `keyring.rewrap`. */
export const keyringRotate: Action<KeyringRotateParameters> = {
  name: "keyring.rotate",
  parameters: parametersSchema,
  quorums: ({ keyring }, state) => guardians(state, keyring),
  render: ({ keyring, from }) => [
    { label: "Keyring", value: `${keyring.name} (${keyring.id})` },
    { label: "New KEK", value: `version ${from + 1}: new keys are wrapped under it; rewrap moves the others` },
  ],
  async check(parameters, state) {
    await checkKeyringRotate(parameters, state);
  },
  async *execute({ keyring, from }, vault) {
    const { quorum } = await checkKeyringRotate({ keyring, from }, vault.reader);
    const blob = await vault.newKek(quorum, keyring.id, from + 1);
    yield { data: { keyring: keyring.id, blob: blob.hash }, blobs: [blob] };
  },
};

export const keyringRotateEntry = effectType({
  type: keyringRotate.name,
  data: z.strictObject({ plan: z.string(), action: z.int(), keyring: z.string(), blob: digestSchema }),
  parameters: parametersSchema,
  async project(entry, data, parameters, { tables }) {
    const row = await checkKeyringRotate(parameters, tables);
    if (data.keyring !== row.id) throw new ConclaveError("REFUSED", "of another keyring than the plan's");
    const { generation } = await quorumInForce(tables, row.quorum);
    const version = row.kekVersion + 1;
    await tables.insert("keks", { keyring: row.id, version, generation, blob: data.blob, created: entry.time });
    await tables.update("keyrings", { id: row.id }, { kekVersion: version });
  },
});

async function checkKeyringRotate({ keyring, from }: KeyringRotateParameters, state: Reader): Promise<Row<"keyrings">> {
  const row = await requireKeyring(state, keyring);
  const quorum = await quorumInForce(state, row.quorum);
  await assertNoPending(state, quorum);
  if (row.kekVersion === from) return row;
  throw new ConclaveError("REFUSED", `keyring ${keyring.name} is at KEK version ${row.kekVersion} by now, not ${from}`);
}
