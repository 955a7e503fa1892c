import { createHmac } from "node:crypto";
import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { hex } from "../bytes.ts";
import { aesCmac } from "../crypto/cmac.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { digestSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { messageOf, messageSchema } from "./message.ts";
import { guardians, keyPath, keyReferenceSchema } from "./reference.ts";
import { materialOf, requireUsable } from "./use.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  version: z.int().positive(),
  message: messageSchema,
});

export type KeyMacParameters = z.infer<typeof parametersSchema>;

/** Authenticate a message: HMAC with the key's hash, AES-CMAC with an AES key. The whole tag is told. */
export const keyMac: Action<KeyMacParameters> = {
  name: "key.mac",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, version, message }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, version ${version}, keyring ${key.keyring.id}` },
    { label: "Message", value: `${message.name} (${message.size} bytes)` },
    { label: "SHA-256", value: message.sha256 },
  ],
  async check({ key, version }, state, time) {
    await requireUsable(state, key, version, "mac", time);
  },
  async *execute({ key, version, message }, vault, time) {
    const usable = await requireUsable(vault.reader, key, version, "mac", time);
    const bytes = messageOf(vault.place, message);
    using material = await materialOf(vault, usable);
    const tag = macOf(usable.algorithm, material.reveal(), bytes);
    yield { data: { key: key.id, mac: sha256Hex(tag) }, told: { key: key.id, version, mac: hex(tag) } };
  },
};

export const keyMacEntry = effectType({
  type: keyMac.name,
  /** Of the tag, the SHA-256: it is not the vault's to keep. */
  data: z.strictObject({ plan: z.string(), action: z.int(), key: z.string(), mac: digestSchema }),
  parameters: parametersSchema,
  async project(entry, { key }, parameters, { tables }) {
    await requireUsable(tables, parameters.key, parameters.version, "mac", entry.time);
    if (key !== parameters.key.id) throw entryError(entry, "of another key than the plan's");
  },
});

/** The whole tag: AES-CMAC (SP 800-38B) of an AES key, HMAC (FIPS 198-1) of an HMAC key, by its hash. */
export function macOf(algorithm: Algorithm, key: Uint8Array, message: Uint8Array): Uint8Array {
  const { mac } = ALGORITHMS[algorithm];
  if (mac === null) throw new RangeError(`a key of ${algorithm} makes no MAC`);
  return mac === "cmac" ? aesCmac(key, message) : Uint8Array.from(createHmac(mac, key).update(message).digest());
}
