import { createPrivateKey } from "node:crypto";
import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { fromHex } from "../bytes.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { view } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { digestSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import { assertDigest, signDigest } from "./digest-signature.ts";
import { messageDigestSchema, messageOf, messageSchema } from "./message.ts";
import { guardians, keyPath, keyReferenceSchema } from "./reference.ts";
import { hasFormats, SCHEME_NAMES, SCHEMES, SIGNATURE_FORMATS, schemesOf, signMessage } from "./signature-scheme.ts";
import { materialOf, requireUsable, type UsableVersion } from "./use.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  version: z.int().positive(),
  scheme: z.enum(SCHEME_NAMES),
  /** Of an ECDSA signature; "der" for any other scheme. */
  format: z.enum(SIGNATURE_FORMATS),
  message: z.union([messageSchema, messageDigestSchema]),
});

export type KeySignParameters = z.infer<typeof parametersSchema>;

/** Sign a message with a key of the vault. */
export const keySign: Action<KeySignParameters> = {
  name: "key.sign",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, version, scheme, format, message }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, version ${version}, keyring ${key.keyring.id}` },
    { label: "Scheme", value: `${SCHEMES[scheme].title}${hasFormats(scheme) ? `, ${format}` : ""}` },
    ...("digest" in message
      ? [{ label: "Digest", value: `${message.digest}, made elsewhere: the message itself was not given` }]
      : [
          { label: "Message", value: `${message.name} (${message.size} bytes)` },
          { label: "SHA-256", value: message.sha256 },
        ]),
  ],
  async check(parameters, state, time) {
    await checkSign(parameters, state, time);
  },
  async *execute(parameters, vault, time) {
    const { key, version, scheme, format, message } = parameters;
    const usable = await checkSign(parameters, vault.reader, time);
    const bytes = "digest" in message ? fromHex(message.digest) : messageOf(vault.place, message);
    using material = await materialOf(vault, usable);
    const privateKey = createPrivateKey({ key: view(material.reveal()), format: "der", type: "pkcs8" });
    const make = "digest" in message ? signDigest : signMessage;
    const signature = make(scheme, format, privateKey, bytes);
    yield {
      data: { key: key.id, signature: sha256Hex(signature) },
      told: { key: key.id, version, scheme, signature: Buffer.from(signature).toString("base64") },
    };
  },
};

export const keySignEntry = effectType({
  type: keySign.name,
  /** Of the signature, the SHA-256: it is not the vault's to keep. */
  data: z.strictObject({ plan: z.string(), action: z.int(), key: z.string(), signature: digestSchema }),
  parameters: parametersSchema,
  async project(entry, { key }, parameters, { tables }) {
    await checkSign(parameters, tables, entry.time);
    if (key !== parameters.key.id) throw entryError(entry, "of another key than the plan's");
  },
});

async function checkSign(
  { key, version, scheme, format, message }: KeySignParameters,
  state: Reader,
  time: string,
): Promise<UsableVersion> {
  const usable = await requireUsable(state, key, version, "sign", time);
  const schemes = schemesOf(usable.algorithm);
  if (!schemes.includes(scheme)) {
    throw new ConclaveError("USAGE", `${scheme}: a key of ${usable.algorithm} signs by ${schemes.join(", ")}`);
  }
  if (format !== "der" && !hasFormats(scheme))
    throw new ConclaveError("USAGE", `${scheme}: only ECDSA signatures have the format ${format}`);
  if ("digest" in message) assertDigest(scheme, fromHex(message.digest));
  return usable;
}
