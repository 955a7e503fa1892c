import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { fromBase64 } from "../bytes.ts";
import { IntegrityError, isConclaveError } from "../errors.ts";
import type { Rereadable } from "../host/byte-source.ts";
import type { Action } from "../quorum/action.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import type { ActOutput, Unlocked } from "../vault/unlocked.ts";
import type { Algorithm } from "./algorithm.ts";
import { associatedDataLines, associatedDataSchema } from "./associated-data.ts";
import { decryptFile } from "./cipher-file.ts";
import { type EncryptedHead, readEncryptedHead } from "./encrypted-file.ts";
import { openFileSecret } from "./file-secret.ts";
import { guardians, keyPath, keyReferenceSchema } from "./reference.ts";
import { checkPublic, describePublic, inputsOf, noSuchInput, publicInputSchema } from "./stream-input.ts";
import { outputOf } from "./stream-output.ts";
import { openKey, requireUsable, type UsableVersion } from "./use.ts";

const parametersSchema = z.strictObject({
  key: keyReferenceSchema,
  version: z.int().positive(),
  input: publicInputSchema,
  associatedData: associatedDataSchema,
  /** Whether it is taken though the key was compromised: others may have made it. */
  acceptCompromised: z.boolean(),
});

export type KeyDecryptParameters = z.infer<typeof parametersSchema>;

/** Decrypt a file that was encrypted with a key of the vault, or to its public half. */
export const keyDecrypt: Action<KeyDecryptParameters> = {
  name: "key.decrypt",
  parameters: parametersSchema,
  quorums: ({ key }, state) => guardians(state, key.keyring),
  render: ({ key, version, input, associatedData, acceptCompromised }) => [
    { label: "Key", value: keyPath(key) },
    { label: "Id", value: `${key.id}, version ${version}, keyring ${key.keyring.id}` },
    { label: "Input", value: `${input.name} (${input.size} bytes)` },
    { label: "SHA-256", value: input.sha256 },
    ...associatedDataLines(associatedData),
    ...(acceptCompromised
      ? [{ label: "Compromised", value: "taken though the key was: others may have made the file, and read it" }]
      : []),
    { label: "Effect", value: "a new file, in the clear" },
  ],
  async check(parameters, state, time) {
    await checkDecrypt(parameters, state, time);
  },
  async ahead(parameters, vault) {
    using opened = await openKey(vault, parameters.key, parameters.version);
    return await decryptInput(vault, parameters, opened.algorithm, opened.material);
  },
  async *execute({ key, version }, _vault, _time, done) {
    const { output, made: size } = done as Decrypted;
    yield { data: { key: key.id, size }, told: { key: key.id, version, size }, outputs: [output] };
  },
};

/** What was decrypted ahead. */
type Decrypted = Awaited<ReturnType<typeof decryptInput>>;

export const keyDecryptEntry = effectType({
  type: keyDecrypt.name,
  /** Of what came out, the bytes alone: it is secret. */
  data: z.strictObject({ plan: z.string(), action: z.int(), key: z.string(), size: z.int().nonnegative() }),
  parameters: parametersSchema,
  async project(entry, { key, size }, parameters, { tables }) {
    await checkDecrypt(parameters, tables, entry.time);
    if (key !== parameters.key.id) throw entryError(entry, "of another key than the plan's");
    if (size >= parameters.input.size) throw entryError(entry, "more came out than went in");
  },
});

function checkDecrypt(
  { key, version, acceptCompromised }: KeyDecryptParameters,
  state: Reader,
  time: string,
): Promise<UsableVersion> {
  return requireUsable(state, key, version, "decrypt", time, acceptCompromised);
}

async function decryptInput(
  vault: Unlocked,
  { key, version, input: wanted, associatedData }: KeyDecryptParameters,
  algorithm: Algorithm,
  material: Secret,
): Promise<{ output: ActOutput; made: number }> {
  const refusal = new IntegrityError(
    wanted.name,
    `does not open with key ${keyPath(key)} version ${version}: altered, cut off, or other associated data`,
    { suggestions: ["Give the associated data with which it was encrypted: --aad TEXT, or --aad-file FILE"] },
  );
  for (const input of inputsOf(vault.place, wanted.size)) {
    const read = await headOrNothing(input, wanted.name);
    if (read === undefined) continue;
    const { head, length } = read;
    using secret = openFileSecret(algorithm, material, encapsulatedIn(head));
    if (secret === undefined) {
      if ((await describePublic(wanted.name, input)).sha256 === wanted.sha256) throw refusal;
      continue;
    }
    const cipher = { head, associatedData: associatedData?.sha256, secret };
    const check = checkPublic(vault.place?.streams, wanted);
    const decrypted = await outputOf(vault.place, async (output) => {
      const size = await decryptFile(input, length, output, cipher, check, vault.progress);
      if (!(await check.holds())) return undefined;
      if (size === undefined) throw refusal;
      return size;
    });
    if (decrypted !== undefined) return decrypted;
  }
  throw noSuchInput(wanted, `SHA-256 ${wanted.sha256}`);
}

async function headOrNothing(
  input: Rereadable,
  name: string,
): Promise<{ head: EncryptedHead; length: number } | undefined> {
  try {
    return await readEncryptedHead(input, name);
  } catch (error) {
    if (isConclaveError(error, "INPUT_MALFORMED")) return undefined; // another file, of the same length
    throw error;
  }
}

function encapsulatedIn({ encapsulated }: EncryptedHead): Uint8Array | undefined {
  return encapsulated === undefined ? undefined : fromBase64(encapsulated);
}
