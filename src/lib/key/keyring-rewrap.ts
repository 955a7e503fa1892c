import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { digestSchema, idSchema } from "../names.ts";
import type { Action, Effect, PlannedAction } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Blob } from "../vault/hierarchy.ts";
import { keyringRotate } from "./keyring-rotate.ts";
import { guardians, keyringReferenceSchema, requireKeyring } from "./reference.ts";

/** Key versions in one entry. */
const PORTION = 1000;

const parametersSchema = z.strictObject({
  keyring: keyringReferenceSchema,
  /** The newest KEK version, under which all is to be wrapped. */
  to: z.int().positive(),
});

export type KeyringRewrapParameters = z.infer<typeof parametersSchema>;

const dataSchema = z.strictObject({
  plan: z.string(),
  action: z.int(),
  keyring: z.string(),
  /** Key id, version, and the hash of its new ciphertext. */
  materials: z.array(z.tuple([idSchema, z.int().positive(), digestSchema])).max(PORTION),
  /** Whether this is the last entry: nothing is left under an older KEK, and those are destroyed. */
  last: z.boolean(),
});

/** Wrap everything in a keyring under its newest KEK, and destroy the older ones. */
export const keyringRewrap: Action<KeyringRewrapParameters> = {
  name: "keyring.rewrap",
  parameters: parametersSchema,
  quorums: ({ keyring }, state) => guardians(state, keyring),
  render: ({ keyring, to }) => [
    { label: "Keyring", value: `${keyring.name} (${keyring.id})` },
    { label: "Rewrap", value: `all key material under KEK version ${to}; the older KEKs are destroyed` },
  ],
  async check(parameters, state, _time, earlier = []) {
    if (!makesKek(earlier, parameters)) await checkRewrap(parameters, state);
  },
  async *execute({ keyring, to }, vault) {
    const { reader, progress } = vault;
    const keks = await Array.fromAsync(reader.rows("keks", { where: { keyring: keyring.id } }));
    const old = keks.filter(({ version }) => version < to);
    const versions = [...new Set(old.map(({ version }) => version))];
    const counts = versions.map((kekVersion) => reader.count("keyVersions", { where: { kekVersion } }));
    const total = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    const rewrap = await vault.rewrapping(keyring.id);
    let portion = new Portion(keyring.id);
    let done = 0;
    for (const kekVersion of versions) {
      let key: Row<"keys"> | undefined;
      for await (const rows of reader.portions("keyVersions", { where: { kekVersion } })) {
        for (const row of rows) {
          if (key?.id !== row.key) key = await reader.find("keys", { id: row.key });
          if (row.blob === null || key?.keyring !== keyring.id) continue;
          const owner = { key: key.id, version: row.version, algorithm: key.algorithm };
          portion.add(row, await rewrap(owner, kekVersion, row.blob));
          if (!portion.full) continue;
          yield portion.effect(false);
          portion = new Portion(keyring.id);
        }
        done += rows.length;
        progress?.(done, total);
      }
    }
    const last = portion.effect(true);
    yield { ...last, removed: [...last.removed, ...old.map(({ blob }) => blob)] };
  },
};

export const keyringRewrapEntry = effectType({
  type: keyringRewrap.name,
  data: dataSchema,
  parameters: parametersSchema,
  goesOn: ({ last }) => !last,
  async project(entry, { keyring, materials, last }, parameters, { tables }) {
    const row = await requireKeyring(tables, parameters.keyring);
    if (keyring !== row.id || row.kekVersion !== parameters.to)
      throw entryError(entry, "not the plan's keyring and KEK");
    for (const [key, version, blob] of materials) {
      const found = await tables.find("keyVersions", { key, version });
      const owner = await tables.find("keys", { id: key, keyring });
      const movable = found !== undefined && found.blob !== null && found.kekVersion < row.kekVersion;
      if (!movable || owner === undefined)
        throw entryError(entry, `key ${key} version ${version} is not one to rewrap`);
      await tables.update("keyVersions", { key, version }, { kekVersion: row.kekVersion, blob });
    }
    if (!last) return;
    for await (const { version } of tables.rows("keks", { where: { keyring } })) {
      if (version === row.kekVersion) continue;
      await assertUnneeded(tables, keyring, version);
      await tables.remove("keks", { keyring, version });
    }
  },
});

/** What fills one entry. */
class Portion {
  readonly #keyring: string;
  readonly #materials: [string, number, string][] = [];
  readonly #blobs: Blob[] = [];
  readonly #removed: string[] = [];

  constructor(keyring: string) {
    this.#keyring = keyring;
  }

  get full(): boolean {
    return this.#materials.length >= PORTION;
  }

  add({ key, version, blob: old }: Row<"keyVersions">, blob: Blob): void {
    this.#materials.push([key, version, blob.hash]);
    this.#blobs.push(blob);
    if (old !== null) this.#removed.push(old);
  }

  effect(last: boolean): Effect & { removed: readonly string[] } {
    const keyring = this.#keyring;
    return {
      data: { keyring, last, materials: this.#materials },
      told: { keyring, last, moved: this.#materials.length },
      blobs: this.#blobs,
      removed: this.#removed,
    };
  }
}

/** Whether the plan itself makes the KEK version that all is to be wrapped under. */
function makesKek(earlier: readonly PlannedAction[], { keyring, to }: KeyringRewrapParameters): boolean {
  return earlier.some(({ action, parameters }) => {
    if (action !== keyringRotate.name) return false;
    const made = keyringRotate.parameters.parse(parameters);
    return made.keyring.id === keyring.id && made.from + 1 === to;
  });
}

async function checkRewrap({ keyring, to }: KeyringRewrapParameters, state: Reader): Promise<void> {
  const row = await requireKeyring(state, keyring);
  if (row.kekVersion !== to)
    throw new ConclaveError("REFUSED", `keyring ${keyring.name} is at KEK version ${row.kekVersion} by now, not ${to}`);
  const keks = await Array.fromAsync(state.rows("keks", { where: { keyring: row.id } }));
  if (keks.every(({ version }) => version === to)) {
    throw new ConclaveError("REFUSED", `keyring ${keyring.name}: everything is under KEK version ${to} already`, {
      suggestions: [`Make a new one first: conclave keyring rotate ${keyring.name}`],
    });
  }
}

/** No material that still exists is left under a KEK that is to be destroyed. */
async function assertUnneeded(tables: Reader, keyring: string, kekVersion: number): Promise<void> {
  for await (const { key, version, blob } of tables.rows("keyVersions", { where: { kekVersion } })) {
    if (blob === null || (await tables.find("keys", { id: key, keyring })) === undefined) continue;
    throw new ConclaveError("REFUSED", `key ${key} version ${version} is left under KEK version ${kekVersion}`);
  }
}
