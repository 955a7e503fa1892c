import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { digestSchema } from "../names.ts";
import type { Action } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { ActOutput, Unlocked } from "../vault/unlocked.ts";
import { ALGORITHMS } from "./algorithm.ts";
import { associatedDataLines, associatedDataSchema } from "./associated-data.ts";
import { encryptFile, type FileCipher } from "./cipher-file.ts";
import { guardians, keyPath, keyReferenceSchema } from "./reference.ts";
import { checkSecret, inputsOf, noSuchInput, secretInputSchema } from "./stream-input.ts";
import { outputOf } from "./stream-output.ts";
import { openKey, requireUsable, type UsableVersion } from "./use.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  version: z.int().positive(),
  input: secretInputSchema,
  associatedData: associatedDataSchema,
});

export type KeyEncryptParameters = z.infer<typeof parametersSchema>;

/** Encrypt a file with a symmetric key of the vault. (To a public half anybody encrypts, without a quorum.) */
export const keyEncrypt: Action<KeyEncryptParameters> = {
  name: "key.encrypt",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, version, input, associatedData }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, version ${version}, keyring ${key.keyring.id}` },
    { label: "Input", value: `${input.name} (${input.size} bytes)` },
    { label: "HMAC", value: `${input.hmac}, under a key of this plan that the host keeps` },
    ...associatedDataLines(associatedData),
    { label: "Effect", value: "a new file, encrypted" },
  ],
  async check(parameters, state, time) {
    await checkEncrypt(parameters, state, time);
  },
  async ahead({ key, version, input, associatedData }, vault) {
    using opened = await openKey(vault, key, version);
    const head = {
      type: "encrypted-file",
      version: 1,
      vault: vault.vault,
      key: key.id,
      keyVersion: version,
      algorithm: opened.algorithm,
      associatedData: associatedData !== null,
    } as const;
    const cipher = { head, secret: opened.material, associatedData: associatedData?.sha256 };
    return await encryptInput(vault, input, cipher);
  },
  async *execute({ key, version }, _vault, _time, done) {
    const { output, made } = done as Encrypted;
    yield { data: { key: key.id, output: made }, told: { key: key.id, version, ...made }, outputs: [output] };
  },
};

/** What was encrypted ahead. */
type Encrypted = Awaited<ReturnType<typeof encryptInput>>;

export const keyEncryptEntry = effectType({
  type: keyEncrypt.name,
  /** Of the encrypted file: whoever finds one can tell by its SHA-256 that it was made here. */
  data: z.strictObject({
    plan: z.string(),
    action: z.int(),
    key: z.string(),
    output: z.strictObject({ sha256: digestSchema, size: z.int().positive() }),
  }),
  parameters: parametersSchema,
  async project(entry, { key, output }, parameters, { tables }) {
    await checkEncrypt(parameters, tables, entry.time);
    if (key !== parameters.key.id) throw entryError(entry, "of another key than the plan's");
    if (output.size <= parameters.input.size) throw entryError(entry, "an encrypted file shorter than its input");
  },
});

async function checkEncrypt(
  { key, version }: KeyEncryptParameters,
  state: Reader,
  time: string,
): Promise<UsableVersion> {
  const usable = await requireUsable(state, key, version, "encrypt", time);
  if (ALGORITHMS[usable.algorithm].encryption !== "key")
    throw new ConclaveError("USAGE", `${keyPath(key)}: encrypted to its public half, which needs no quorum`);
  return usable;
}

async function encryptInput(
  vault: Unlocked,
  wanted: KeyEncryptParameters["input"],
  cipher: FileCipher,
): Promise<{ output: ActOutput; made: { sha256: string; size: number } }> {
  for (const input of inputsOf(vault.place, wanted.size)) {
    const check = checkSecret(vault.place?.streams, wanted);
    const encrypted = await outputOf(vault.place, async (output) => {
      const made = await encryptFile(input, output, cipher, check, vault.progress);
      return (await check.holds()) ? made : undefined;
    });
    if (encrypted !== undefined) return encrypted;
  }
  throw noSuchInput(wanted, `HMAC ${wanted.hmac}`);
}
