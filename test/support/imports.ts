import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { basename } from "node:path";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { timestamp } from "../../src/lib/clock.ts";
import type { Algorithm } from "../../src/lib/key/algorithm.ts";

import type { ImportSource } from "../../src/lib/key/import-source.ts";
import { type KeyFormat, readKeyFile } from "../../src/lib/key/key-file.ts";
import {
  componentsSource,
  fileSource,
  planImport,
  planImportVersion,
  wrappedSource,
} from "../../src/lib/key/plan-import.ts";
import { WRAPPING_KEY } from "../../src/lib/key/wrapping-key.ts";
import { executePlan } from "../../src/lib/quorum/execute.ts";
import type { Executed } from "../../src/lib/quorum/execute-approved.ts";
import type { Interaction } from "../../src/lib/quorum/interaction.ts";
import { preparePlan } from "../../src/lib/quorum/prepare.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Reader } from "../../src/lib/storage/storage.ts";
import { openVault } from "../../src/lib/vault/vault.ts";
import { create } from "./key-acts.ts";
import { type MadeVault, PLAIN_KEY, type Planner } from "./vault.ts";

/** How a key is brought in a test. */
export interface Bringing {
  name: string;
  algorithm: Algorithm;
  /** What the plan says of it; what is given stands in for what follows from the key. */
  source: ImportSource;
  /** What is given to the act. */
  materials: readonly Uint8Array[];
  expected?: string;
  /** Whether it is the next version of the key of this name. */
  newVersion?: boolean;
}

/** Let people import a key in process, or the next version of one. */
export async function importKey(
  made: MadeVault,
  people: Interaction,
  { name, algorithm, source, materials, expected, newVersion = false }: Bringing,
  key: Secret = commitmentKey(),
  inputs: readonly string[] = [],
): Promise<Executed> {
  await using vault = await openVault(made.path, { ...made.surroundings, inputs });
  const planned = newVersion
    ? await planImportVersion(vault.reader, { name, algorithm, source, expected })
    : await planImport(vault.reader, { ...PLAIN_KEY, name, algorithm, source, expected });
  const prepared = await preparePlan(vault, ACTIONS, { actions: [planned], reason: "a test" });
  const given = { commitmentKey: key, materials: materials.map((bytes) => new Secret(Uint8Array.from(bytes))) };
  return await executePlan(vault, prepared, people, undefined, async () => given);
}

/** One that every test has. */
export function commitmentKey(): Secret {
  return new Secret(new Uint8Array(32).fill(9));
}

/** A key in a file, as it is brought. */
export async function fromFile(
  bytes: Uint8Array,
  format: KeyFormat,
  told?: Algorithm,
): Promise<Omit<Bringing, "name">> {
  const { key } = await readKeyFile(bytes, {
    format,
    algorithm: told,
    kid: undefined,
    passphrase: async () => "none",
  });
  const source = fileSource({ name: "key.file", format, kid: undefined }, key, commitmentKey());
  return { algorithm: key.algorithm, source, materials: [key.material.reveal()] };
}

/** A key that custodians typed. */
export async function fromComponents(
  bytes: Uint8Array,
  custodians: readonly string[],
): Promise<Omit<Bringing, "name">> {
  const { algorithm, materials } = await fromFile(bytes, "raw", "aes-256");
  const { key } = await readKeyFile(bytes, {
    format: "raw",
    algorithm,
    kid: undefined,
    passphrase: async () => "none",
  });
  return { algorithm, source: componentsSource(custodians, key, commitmentKey()), materials };
}

/** A key that is wrapped to one of the vault. @param path of the file */
export async function fromWrapped(
  made: MadeVault,
  wrappingKey: string,
  algorithm: Algorithm,
  path: string,
  bytes: Uint8Array,
): Promise<Omit<Bringing, "name">> {
  await using vault = await made.open();
  const source = await wrappedSource(vault.reader, wrappingKey, { name: basename(path), bytes });
  return { algorithm, source, materials: [] };
}

/** What `key wrapping-key NAME` plans. @param deactivateAt RFC 3339; in a week if not given */
export function createWrappingKey(
  name: string,
  deactivateAt = timestamp(new Date(Date.now() + 7 * 86_400_000)),
): Planner {
  return create(name, { ...WRAPPING_KEY, deactivateAt });
}

/** RSA-OAEP with SHA-256, as Node.js does it. */
export function oaep(publicKey: string, bytes: Uint8Array, hash = "sha256"): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return Uint8Array.from(publicEncrypt({ key: createPublicKey(publicKey), padding, oaepHash: hash }, bytes));
}

/** RSA-OAEP of an AES key, and AES-KWP under it (CKM_RSA_AES_KEY_WRAP). */
export function oaepAndKwp(publicKey: string, bytes: Uint8Array, length: 16 | 24 | 32 = 32): Uint8Array {
  const aesKey = randomBytes(length);
  const cipher = createCipheriv(`id-aes${8 * length}-wrap-pad`, aesKey, Buffer.from("a65959a6", "hex"));
  return Uint8Array.from(Buffer.concat([oaep(publicKey, aesKey), cipher.update(bytes), cipher.final()]));
}

/** The public half of a key's first version, in PEM. */
export async function publicHalf(state: Reader, name: string): Promise<string> {
  const key = await state.find("keys", { name });
  const version = await state.find("keyVersions", { key: key?.id ?? "", version: 1 });
  return version?.publicKey ?? "";
}
