import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { idSchema, nameSchema } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";

/** A keyring in a plan: its id, and beside it the name that people read; both must match. */
export const keyringReferenceSchema = z.strictObject({ id: idSchema, name: nameSchema });

/** A key in a plan: ids, and beside them the names that people read; all must match. */
export const keyReferenceSchema = z.strictObject({ id: idSchema, name: nameSchema, keyring: keyringReferenceSchema });

export type KeyringReference = z.infer<typeof keyringReferenceSchema>;
export type KeyReference = z.infer<typeof keyReferenceSchema>;

/** KEYRING/NAME, as people read it. */
export function keyPath({ name, keyring }: KeyReference): string {
  return `${keyring.name}/${name}`;
}

/** What a plan says of a key. @param keyring its own */
export function referenceTo({ id, name }: Row<"keys">, keyring: Row<"keyrings">): KeyReference {
  return { id, name, keyring: { id: keyring.id, name: keyring.name } };
}

/** @throws ConclaveError NOT_FOUND if id and name don't belong together */
export async function requireKeyring(state: Reader, { id, name }: KeyringReference): Promise<Row<"keyrings">> {
  const row = await state.find("keyrings", { id });
  if (row?.name !== name) throw new ConclaveError("NOT_FOUND", `no keyring ${name} with id ${id}`);
  return row;
}

/** @throws ConclaveError NOT_FOUND if ids and names don't belong together (any more) */
export async function requireKey(state: Reader, reference: KeyReference): Promise<Row<"keys">> {
  const keyring = await requireKeyring(state, reference.keyring);
  const row = await state.find("keys", { id: reference.id });
  if (row?.name !== reference.name || row.keyring !== keyring.id) {
    throw new ConclaveError("NOT_FOUND", `no key ${keyPath(reference)} with id ${reference.id}`);
  }
  return row;
}

/** The quorum that guards a keyring; none if the keyring is gone. */
export async function guardians(state: Reader, keyring: KeyringReference): Promise<string[]> {
  const row = await state.find("keyrings", { id: keyring.id });
  return row === undefined ? [] : [row.quorum];
}
