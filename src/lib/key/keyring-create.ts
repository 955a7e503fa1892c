import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { randomUuid } from "../crypto/random.ts";
import { ConclaveError } from "../errors.ts";
import { digestSchema, idSchema, nameSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { assertNoPending } from "../quorum/pending.ts";
import { quorumInForce } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";

const parametersSchema = z.strictObject({
  name: nameSchema,
  /** The quorum that guards it. */
  quorum: z.strictObject({ id: idSchema, name: nameSchema }),
});

export type KeyringCreateParameters = z.infer<typeof parametersSchema>;

/** Make a keyring, with a key-encryption key of its own under the quorum that guards it. */
export const keyringCreate: Action<KeyringCreateParameters> = {
  name: "keyring.create",
  parameters: parametersSchema,
  quorums: async ({ quorum }) => [quorum.id],
  render: ({ name, quorum }) => [
    { label: "Keyring", value: name },
    { label: "Guarded by", value: `quorum ${quorum.name} (${quorum.id})` },
  ],
  check: checkKeyringCreate,
  async *execute({ quorum }, vault) {
    const keyring = randomUuid();
    const blob = await vault.newKek(quorum.id, keyring, 1);
    yield { data: { keyring, blob: blob.hash }, blobs: [blob] };
  },
};

export const keyringCreateEntry = effectType({
  type: keyringCreate.name,
  data: z.strictObject({ plan: z.string(), action: z.int(), keyring: idSchema, blob: digestSchema }),
  parameters: parametersSchema,
  async project(entry, { keyring, blob }, parameters, { tables }) {
    await checkKeyringCreate(parameters, tables);
    const { name, quorum } = parameters;
    const { generation } = await quorumInForce(tables, quorum.id);
    const created = entry.time;
    await tables.insert("keyrings", { id: keyring, name, quorum: quorum.id, kekVersion: 1, created });
    await tables.insert("keks", { keyring, version: 1, generation, blob, created });
  },
});

async function checkKeyringCreate({ name, quorum }: KeyringCreateParameters, state: Reader): Promise<void> {
  const row = await state.find("quorums", { id: quorum.id });
  if (row?.name !== quorum.name) throw new ConclaveError("NOT_FOUND", `no quorum ${quorum.name} with id ${quorum.id}`);
  await assertNoPending(state, quorum);
  if ((await state.find("keyrings", { name })) !== undefined) {
    throw new ConclaveError("EXISTS", `keyring ${name} exists already`, { suggestions: ["Choose another name"] });
  }
}
