import { z } from "zod";
import { IntegrityError } from "../errors.ts";
import { parseCanonicalJson } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { findKey, findKeyring } from "./find.ts";

/** What `key list` tells of a key; its state is its current version's. */
export interface KeySummary {
  id: string;
  name: string;
  keyring: string;
  algorithm: string;
  state: string;
  usages: string[];
  exportable: boolean;
  tags: Record<string, string>;
  cryptoperiodSeconds: number | null;
  created: string;
}

export interface KeyDescription extends KeySummary {
  versions: KeyVersionDescription[];
}

export interface KeyVersionDescription {
  version: number;
  state: string;
  created: string;
  /** 10 hex digits; null for asymmetric keys. */
  checkValue: string | null;
  /** SHA-256 of the SubjectPublicKeyInfo; null for symmetric keys. */
  fingerprint: string | null;
  /** SubjectPublicKeyInfo in PEM; null for symmetric keys. */
  publicKey: string | null;
}

export interface KeyFilter {
  keyring?: string | undefined;
  state?: string | undefined;
  /** Id of the key after which to begin. */
  after?: string | undefined;
  limit: number;
}

/** @throws ConclaveError NOT_FOUND, USAGE */
export async function describeKey(state: Reader, name: string): Promise<KeyDescription> {
  const { key, keyring } = await findKey(state, name);
  const versions = await Array.fromAsync(state.rows("keyVersions", { where: { key: key.id } }));
  return {
    ...summary(key, keyring.name, versions.find(({ version }) => version === key.version)?.state ?? ""),
    versions: versions.map((row) => ({
      version: row.version,
      state: row.state,
      created: row.created,
      checkValue: row.checkValue,
      fingerprint: row.fingerprint,
      publicKey: row.publicKey,
    })),
  };
}

/** One page of keys, in the order of their ids. `next` is what to give as `after` for the next one. */
export async function listKeys(state: Reader, filter: KeyFilter): Promise<{ keys: KeySummary[]; next: string | null }> {
  const keyrings = new Map<string, string>();
  for await (const { id, name } of state.rows("keyrings")) keyrings.set(id, name);
  const where = filter.keyring === undefined ? {} : { keyring: (await findKeyring(state, filter.keyring)).id };
  const keys: KeySummary[] = [];
  for await (const key of state.rows("keys", {
    where,
    ...(filter.after !== undefined && { after: { id: filter.after } }),
  })) {
    const version = await state.find("keyVersions", { key: key.id, version: key.version });
    if (filter.state !== undefined && version?.state !== filter.state) continue;
    if (keys.length === filter.limit) return { keys, next: keys.at(-1)?.id ?? null };
    keys.push(summary(key, keyrings.get(key.keyring) ?? key.keyring, version?.state ?? ""));
  }
  return { keys, next: null };
}

function summary(key: Row<"keys">, keyring: string, state: string): KeySummary {
  return {
    id: key.id,
    name: key.name,
    keyring,
    algorithm: key.algorithm,
    state,
    usages: parseColumn(key, "usages", z.array(z.string())),
    exportable: key.exportable === 1,
    tags: parseColumn(key, "tags", z.record(z.string(), z.string())),
    cryptoperiodSeconds: key.cryptoperiodSeconds,
    created: key.created,
  };
}

function parseColumn<T>(key: Row<"keys">, column: "usages" | "tags", schema: z.ZodType<T>): T {
  const refuse = (problem: string) => new IntegrityError(`keys ${key.id}, column ${column}`, problem);
  return parseCanonicalJson(key[column], schema, refuse);
}
